-- Ends the body of each script, which act.lua began.
end

local STATUSES = { 'pending', 'running', 'updating', 'failed', 'stopped', 'deleting', 'deleted' }

-- The word that views.ts has for an instance (statusOf).
local function status_of(instance)
  if field(instance, 'deleted_at') ~= '' then return 'deleted' end
  local desired = field(instance, 'desired')
  if desired == 'absent' then return 'deleting' end
  if desired == 'stopped' then return 'stopped' end
  local is_live = field(instance, 'live_release') ~= ''
  local active = field(instance, 'active')
  local phase = active ~= '' and field(deployment_key(active), 'phase')
  local is_busy = field(instance, 'waiting') ~= '' or (phase and phase ~= 'retiring' and not TERMINAL[phase])
  if is_busy then return is_live and 'updating' or 'pending' end
  return is_live and 'running' or 'failed'
end

local answer = act()
for id in pairs(changed) do
  local instance = instance_key(id)
  for _, status in ipairs(STATUSES) do redis.call('ZREM', P .. 'instances:status:' .. status, id) end
  local created_at = field(instance, 'created_at')
  if created_at ~= '' then redis.call('ZADD', P .. 'instances:status:' .. status_of(instance), created_at, id) end
end
return answer
