-- finish: the build is over or said so; lock and slot are free, ports of removed projects rest. Repeatable.
-- Returns {done} | {open, phase}
local key = deployment_key(A.deployment_id)
if #A.removed > 0 then
  rest_ports(field(key, 'host_id'), function(project) return has(A.removed, project) end)
end
local phase = field(key, 'phase')
if phase == 'retiring' then
  set_phase(A.deployment_id, 'succeeded')
elseif not TERMINAL[phase] then
  return { 'open', phase }
end
finish(A.deployment_id)
return { 'done' }
