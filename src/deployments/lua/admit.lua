-- admit: waiting -> triggering. Takes the instance's lock and a slot of its host.
-- Returns {admitted} | {stale, phase} | {frozen} | {cordoned} | {rejected} | {held, deployment} | {full}
local key = deployment_key(A.deployment_id)
local phase = field(key, 'phase')
if phase ~= 'waiting' then return { 'stale', phase } end
local host_id, kind = field(key, 'host_id'), field(key, 'kind')
local instance = instance_key(field(key, 'instance_id'))
local host = host_of(host_id)

local hold = hold_of(A.deployment_id)
if hold == 'frozen' then return { hold } end
local absent = field(instance, 'desired') == 'absent'
if not host or (absent ~= (kind == 'destroy')) then
  redis.call('HSET', key, 'reason', A.rejected_reason)
  set_phase(A.deployment_id, 'rejected', 'no longer allowed')
  finish(A.deployment_id)
  return { 'rejected' }
end
if hold then return { hold } end
local holder = field(instance, 'active')
if holder ~= '' then return { 'held', holder } end
if not slot_is_free(host) then return { 'full' } end

redis.call('SADD', P .. 'host:' .. host_id .. ':active', A.deployment_id)
leave_queue(A.deployment_id, host_id)
redis.call('HSET', instance, 'active', A.deployment_id)
if field(instance, 'waiting') == A.deployment_id then redis.call('HSET', instance, 'waiting', '') end
set_phase(A.deployment_id, 'triggering')
return { 'admitted' }
