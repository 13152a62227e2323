-- decide: switched, abandoned or removed, exactly once. A switch writes all routes and pointers at once.
-- Returns {decided, decision, revision}, first or again | {refused, why}
local key = deployment_key(A.deployment_id)
local known = field(key, 'decision')
if known ~= '' then return { 'decided', known, field(key, 'decision_revision') } end
local phase = field(key, 'phase')
if TERMINAL[phase] or phase == 'retiring' then return { 'refused', phase } end
local instance_id = field(key, 'instance_id')
local instance = instance_key(instance_id)
local host_id, seq = field(key, 'host_id'), field(key, 'seq')

if A.outcome == 'switched' then
  if phase ~= 'verifying' then return { 'refused', phase } end
  if field(instance, 'active') ~= A.deployment_id then return { 'refused', 'lock' } end
  if field(instance, 'desired') ~= 'present' then return { 'refused', 'desired' } end
  if field(key, 'cancel') ~= '' then return { 'refused', 'cancel' } end
  if tonumber(A.now) > tonumber(field(key, 'deadline_at')) then return { 'refused', 'deadline' } end
  if tonumber(field(instance, 'live_seq')) and tonumber(field(instance, 'live_seq')) >= tonumber(seq) then
    return { 'refused', 'seq' }
  end
  local used = P .. 'host:' .. host_id .. ':ports'
  for _, route in ipairs(A.routes) do
    local owner = redis.call('HGET', used, string.format('%d', route.target_port))
    if owner ~= instance_id .. '-' .. seq then return { 'refused', 'port' } end
    local stored = read_route(P, route.endpoint)
    if stored and tonumber(stored.seq) >= tonumber(seq) then return { 'refused', 'seq' } end
  end
  -- Where the links led: what is open there drains.
  local old_targets = {}
  for _, endpoint in ipairs(live_endpoints(instance)) do
    local stored = read_route(P, endpoint)
    if stored and stored.target_port then
      old_targets[#old_targets + 1] = { host = stored.target_host, port = stored.target_port }
    end
  end
  if #old_targets > 0 then redis.call('HSET', key, 'old_targets', cjson.encode(old_targets)) end
  for _, endpoint in ipairs(live_endpoints(instance)) do
    if not has(A.endpoint_ids, endpoint) then withdraw_route(P, endpoint, seq) end
  end
  for _, route in ipairs(A.routes) do
    put_route(P, route.endpoint, { state = 'live', target_host = route.target_host,
      target_port = route.target_port, seq = seq, container_id = route.container_id })
  end
  redis.call('HSET', instance, 'live_release', field(key, 'release_id'), 'live_deployment', A.deployment_id,
    'live_seq', seq, 'live_endpoints', A.endpoint_ids_json)
  redis.call('HSET', key, 'decision_revision', redis.call('GET', P .. 'revision'))
  -- The job began with the removal of all that was not kept: what killed builds left has no ports any more.
  local kept = cjson.decode(A.decision).retire
  kept[#kept + 1] = instance_id .. '-' .. seq
  rest_ports(host_id, function(project) return is_release_of(project, instance_id) and not has(kept, project) end)
  redis.call('SET', P .. 'release:' .. field(key, 'release_id') .. ':images', A.image_ids, 'NX')
elseif A.outcome == 'removed' then
  redis.call('HSET', instance, 'live_release', '', 'live_deployment', '', 'live_seq', '',
    'live_endpoints', '[]', 'desired_release', '', 'deleted_at', A.now)
  rest_ports(host_id, function(project) return is_release_of(project, instance_id) end)
else
  show_live_again(instance)
end

-- A host that met a higher seq (a restored Redis) teaches us, unless it is more than a day ahead.
local host_seq = tonumber(A.host_seq or '')
if host_seq and host_seq > (tonumber(field(instance, 'last_seq')) or 0)
    and host_seq < tonumber(redis.call('TIME')[1]) + 86400 then
  redis.call('HSET', instance, 'last_seq', string.format('%.0f', host_seq))
end

if A.log_tail then redis.call('HSET', key, 'log_tail', A.log_tail) end
redis.call('HSET', key, 'decision', A.decision)
event(A.outcome, instance_id, A.deployment_id, A.detail)
if A.to then
  if A.reason then redis.call('HSET', key, 'reason', A.reason) end
  set_phase(A.deployment_id, A.to)
end
return { 'decided', A.decision, field(key, 'decision_revision') }
