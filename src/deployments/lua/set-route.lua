-- set-route: an operator leads one link to a container that was proven to be this instance's. The primary link takes
-- the pointers along to that container's release; the links of another release are withdrawn then.
-- Returns {set, route as JSON} | {not_present} | {held, deployment} | {other_release, seq} | {port_taken, project}
local instance = instance_key(A.instance_id)
if field(instance, 'deleted_at') ~= '' or field(instance, 'desired') ~= 'present' then return { 'not_present' } end
local holder = field(instance, 'active')
if holder ~= '' then return { 'held', holder } end
local live_seq = field(instance, 'live_seq')
local is_other = live_seq ~= A.container.seq
if is_other and not A.primary then return { 'other_release', live_seq } end
local port = string.format('%d', A.container.port)
local used = P .. 'host:' .. A.host_id .. ':ports'
local owner = redis.call('HGET', used, port)
if owner and owner ~= A.container.project then return { 'port_taken', owner } end

local route = read_route(P, A.endpoint)
local seq = next_seq(instance)
if route and tonumber(route.seq) >= tonumber(seq) then seq = string.format('%.0f', tonumber(route.seq) + 1) end
redis.call('HSET', instance, 'last_seq', seq)
redis.call('HSET', used, port, A.container.project)
redis.call('ZREM', P .. 'host:' .. A.host_id .. ':quarantine', port)
put_route(P, A.endpoint, { state = 'live', seq = seq, target_host = A.container.host, target_port = A.container.port,
  container_id = A.container.id })

local endpoints = live_endpoints(instance)
if is_other then
  for _, endpoint in ipairs(endpoints) do
    if endpoint ~= A.endpoint then withdraw_route(P, endpoint, seq, A.reason) end
  end
  endpoints = {}
  redis.call('HSET', instance, 'live_release', A.container.release_id, 'live_deployment', A.container.deployment_id,
    'live_seq', A.container.seq)
  if field(instance, 'desired_release') == '' then
    redis.call('HSET', instance, 'desired_release', A.container.release_id)
  end
end
if not has(endpoints, A.endpoint) then endpoints[#endpoints + 1] = A.endpoint end
redis.call('HSET', instance, 'live_endpoints', cjson.encode(endpoints))
event('route_set', A.instance_id, '', A.endpoint, A.by)
return { 'set', redis.call('GET', P .. 'route:' .. A.endpoint) }
