-- finish: the build is over or said so; lock and slot are free, ports of removed projects rest. Repeatable.
-- Returns {done} | {open, phase}
local key = deployment_key(A.deployment_id)
if #A.removed > 0 then
  -- What is live was not removed, whatever an old build says.
  local instance_id = field(key, 'instance_id')
  local live = instance_id .. '-' .. field(instance_key(instance_id), 'live_seq')
  rest_ports(field(key, 'host_id'), function(project) return project ~= live and has(A.removed, project) end)
end
local phase = field(key, 'phase')
if phase == 'retiring' then
  set_phase(A.deployment_id, 'succeeded')
elseif not TERMINAL[phase] then
  return { 'open', phase }
end
finish(A.deployment_id)
return { 'done' }
