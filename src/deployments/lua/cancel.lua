-- cancel: what waits ends at once, what runs is flagged; after a switch it is too late.
-- So it is for a removal that claimed: its routes are withdrawn.
-- Returns {cancelled} | {cancelling, phase} | {ended, phase} | {already_live} | {already_removing}
local key = deployment_key(A.deployment_id)
local phase = field(key, 'phase')
if phase == 'retiring' then return { 'already_live' } end
if TERMINAL[phase] then return { 'ended', phase } end
if field(key, 'kind') == 'destroy' and field(key, 'claimed_at') ~= '' then return { 'already_removing' } end
redis.call('HSETNX', key, 'cancel', cjson.encode({ by = A.by, at = tonumber(A.now), why = A.why }))
take_back_desire(A.deployment_id)
if phase == 'waiting' then
  redis.call('HSET', key, 'reason', A.reason)
  set_phase(A.deployment_id, 'cancelled')
  finish(A.deployment_id)
  return { 'cancelled' }
end
event('cancel', field(key, 'instance_id'), A.deployment_id)
return { 'cancelling', phase }
