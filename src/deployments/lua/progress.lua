-- progress: a stage began or ended. `updating` names the routes that answer 503 from now on (recreate).
-- Returns {done} | {stale, phase}
local key = deployment_key(A.deployment_id)
local phase = field(key, 'phase')
if not has(A.from, phase) or field(key, 'decision') ~= '' and phase ~= 'retiring' then return { 'stale', phase } end
local stages = key .. ':stages'
if redis.call('LLEN', stages) < 200 then redis.call('RPUSH', stages, A.stage) end
if phase == 'claimed' then
  set_phase(A.deployment_id, 'deploying')
else
  event('stage', field(key, 'instance_id'), A.deployment_id, A.stage)
end
-- A late message after the decision must not take the new release off its routes.
local updating = field(key, 'decision') == '' and A.updating or {}
for _, endpoint in ipairs(updating) do
  set_route_state(endpoint, 'updating')
end
if #updating > 0 then redis.call('HSET', key, 'stopped_live', '1') end
return { 'done' }
