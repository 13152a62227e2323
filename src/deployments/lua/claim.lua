-- claim: leave to touch the host. An ordered build must hold the lock; an adopted one creates its deployment
-- and takes lock and slot here. Gives seq and ports, and withdraws the routes when the claim is a destroy's.
-- Returns {granted} | {claimed, deployment} | {stale, phase} | {held, deployment} | {full} | {not_allowed}
-- | {no_ports} | {frozen} | {cordoned}: those two hold back only what would be adopted
local known = redis.call('GET', P .. A.build_key)
if known then return { 'claimed', known } end

local id = A.deployment_id
local key = deployment_key(id)
local instance_id = A.instance_id
local instance = instance_key(instance_id)
local host = host_of(field(instance, 'host_id'))
local kind = A.adopt and A.adopt.kind or field(key, 'kind')
local absent = field(instance, 'desired') == 'absent'
if not host or field(instance, 'deleted_at') ~= '' or absent ~= (kind == 'destroy') then
  return { 'not_allowed' }
end

local holder = field(instance, 'active')
if A.adopt then
  if redis.call('EXISTS', P .. 'frozen') == 1 then return { 'frozen' } end
  if host.cordoned and kind ~= 'destroy' then return { 'cordoned' } end
  if holder ~= '' then return { 'held', holder } end
  if not slot_is_free(host) then return { 'full' } end
else
  local phase = field(key, 'phase')
  if phase ~= 'triggering' and phase ~= 'queued' then return { 'stale', phase } end
  if holder ~= id then return { 'held', holder } end
  if field(key, 'cancel') ~= '' or tonumber(A.now) > tonumber(field(key, 'deadline_at')) then
    return { 'not_allowed' }
  end
end

-- Three candidates for each endpoint, neither used nor in quarantine, from a cursor that walks the range; less
-- where less are free. Nothing is written before it is clear that there is one for each.
local used = P .. 'host:' .. host.id .. ':ports'
local resting = P .. 'host:' .. host.id .. ':quarantine'
local span = host.port_max - host.port_min + 1
local cursor = tonumber(redis.call('GET', P .. 'host:' .. host.id .. ':port_cursor') or '0')
local ports, tried = {}, 0
local function is_free(port)
  local rests_until = redis.call('ZSCORE', resting, port)
  if rests_until and tonumber(rests_until) > tonumber(A.now) then return false end
  return redis.call('HEXISTS', used, port) == 0
end
for _, endpoint in ipairs(A.endpoints) do
  local candidates = {}
  while #candidates < A.candidates and tried < span do
    local port = string.format('%d', host.port_min + (cursor % span))
    cursor, tried = cursor + 1, tried + 1
    if is_free(port) then candidates[#candidates + 1] = tonumber(port) end
  end
  if #candidates == 0 then return { 'no_ports' } end
  ports[endpoint] = candidates
end

if A.adopt then
  if kind ~= 'destroy' then show_waiting_page(instance_id) end
  store_deployment(id, A.adopt)
  set_phase(id, 'accepted')
  redis.call('SADD', P .. 'host:' .. host.id .. ':active', id)
  redis.call('HSET', instance, 'active', id)
  if A.adopt.release_id ~= '' then redis.call('HSET', instance, 'desired_release', A.adopt.release_id) end
end

local seq = next_seq(instance)
local project = instance_id .. '-' .. seq
for _, candidates in pairs(ports) do
  for _, port in ipairs(candidates) do redis.call('HSET', used, string.format('%d', port), project) end
end
redis.call('SET', P .. 'host:' .. host.id .. ':port_cursor', string.format('%d', cursor % span))
redis.call('ZREMRANGEBYSCORE', resting, '-inf', A.now)

redis.call('HSET', instance, 'last_seq', seq)
redis.call('HSET', key, 'seq', seq, 'build', A.build, 'claimed_at', A.now, 'job', A.job,
  'build_key', A.build_key)
if #A.endpoints > 0 then redis.call('HSET', key, 'ports', cjson.encode(ports)) end
redis.call('SET', P .. A.build_key, id)
set_phase(id, 'claimed')

if kind == 'destroy' then
  redis.call('HDEL', instance, 'desired_before')
  for _, endpoint in ipairs(live_endpoints(instance)) do
    withdraw_route(P, endpoint, seq)
  end
  withdraw_route(P, instance_id, seq)
end
return { 'granted' }
