-- advance: from one of the expected phases to the next, with fields. Without `to` only the fields are written.
-- A terminal phase before any claim finishes at once (`finish`); else the build still holds lock and slot.
-- With `unless_frozen` nothing is written on a frozen system.
-- Returns {done} | {stale, phase} | {frozen}
local key = deployment_key(A.deployment_id)
local phase = field(key, 'phase')
if not has(A.from, phase) then return { 'stale', phase } end
if A.unless_frozen and redis.call('EXISTS', P .. 'frozen') == 1 then return { 'frozen' } end
set_fields(key, A.fields)
-- Only our own: a repeated message must not free what somebody else was offered since.
local project = field(key, 'instance_id') .. '-' .. field(key, 'seq')
local used = P .. 'host:' .. field(key, 'host_id') .. ':ports'
for _, port in ipairs(A.free_ports or {}) do
  if redis.call('HGET', used, port) == project then redis.call('HDEL', used, port) end
end
if A.to and A.to ~= phase then
  if A.to == 'cancelled' then take_back_desire(A.deployment_id) end
  set_phase(A.deployment_id, A.to, A.detail)
end
if A.finish and TERMINAL[field(key, 'phase')] then finish(A.deployment_id) end
return { 'done' }
