-- recover: an update stopped the live release and ended without the word that it runs again: deploy it once more.
-- Once for each update, never for a recovery, and not where something newer waits. Returns {ordered} | {not_needed}
local key = deployment_key(A.deployment_id)
local d = A.recovery
local instance = instance_key(d.instance_id)
local phase = field(key, 'phase')

local ended = TERMINAL[phase] and phase ~= 'succeeded' and field(key, 'finished_at') == ''
local once = field(key, 'recovered_by') == '' and field(key, 'trigger') ~= d.trigger
if field(key, 'stopped_live') ~= '1' or not ended or not once then return { 'not_needed' } end
local wanted = field(instance, 'desired') == 'present' and field(instance, 'live_release') == d.release_id
local free = field(instance, 'active') == A.deployment_id and field(instance, 'waiting') == ''
if d.release_id == '' or not wanted or not free then return { 'not_needed' } end

redis.call('HSET', key, 'recovered_by', d.id)
redis.call('HSET', instance, 'waiting', d.id, 'desired_release', d.release_id)
store_deployment(d.id, d)
set_phase(d.id, 'accepted')
set_phase(d.id, 'waiting')
enqueue(d.id, d.host_id)
return { 'ordered' }
