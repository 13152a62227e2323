-- create: an order becomes instance (if new), release, deployment and a place in the host's queue.
-- Returns {created} | {replayed, answer} | {joined, answer} | {key_reused} | {instance_missing} | {instance_deleted}
if A.idempotency then
  local stored = redis.call('GET', P .. A.idempotency.key)
  if stored then
    local known = cjson.decode(stored)
    if known.body_sha ~= A.idempotency.body_sha then return { 'key_reused' } end
    return { 'replayed', known.answer }
  end
end

local d = A.deployment
local instance = instance_key(d.instance_id)
if A.instance then
  set_fields(instance, A.instance)
  redis.call('ZADD', P .. 'instances', A.instance.created_at, d.instance_id)
  for name, value in pairs({ product = A.instance.product_id, host = A.instance.host_id,
      environment = A.instance.environment, client = A.instance.client_name }) do
    redis.call('ZADD', P .. 'instances:' .. name .. ':' .. value, A.instance.created_at, d.instance_id)
  end
elseif redis.call('EXISTS', instance) == 0 then
  return { 'instance_missing' }
elseif field(instance, 'deleted_at') ~= '' or (d.kind ~= 'destroy' and field(instance, 'desired') == 'absent') then
  return { 'instance_deleted' }
end

-- A second removal joins the one that is under way, unless that one is being cancelled.
for _, name in ipairs(d.kind == 'destroy' and { 'active', 'waiting' } or {}) do
  local other = field(instance, name)
  local key = deployment_key(other)
  if other ~= '' and field(key, 'kind') == 'destroy' and not TERMINAL[field(key, 'phase')]
      and field(key, 'cancel') == '' then
    return { 'joined', cjson.encode({ instance_id = d.instance_id, deployment_id = other }) }
  end
end

if A.release then
  redis.call('SET', P .. 'release:' .. A.release.id, A.release.body)
  for digest, text in pairs(A.release.texts) do
    redis.call('SET', P .. 'compose:' .. digest, text, 'NX')
  end
  redis.call('HSET', instance, 'desired_release', A.release.id)
end
local desired = field(instance, 'desired')
if d.kind == 'destroy' and desired ~= 'absent' then redis.call('HSET', instance, 'desired_before', desired) end
redis.call('HSET', instance, 'desired', d.kind == 'destroy' and 'absent' or 'present')

local replaced = field(instance, 'waiting')
store_deployment(d.id, d)
set_phase(d.id, 'accepted')
set_phase(d.id, 'waiting')
redis.call('HSET', instance, 'waiting', d.id)
enqueue(d.id, d.host_id, replaced)
if d.kind ~= 'destroy' then show_waiting_page(d.instance_id) end

if replaced ~= '' then
  take_back_desire(replaced)
  set_phase(replaced, 'superseded', 'replaced by a newer order')
  redis.call('HSET', deployment_key(replaced), 'reason', A.replaced_reason)
  finish(replaced)
end

if A.idempotency then
  redis.call('SET', P .. A.idempotency.key,
    cjson.encode({ body_sha = A.idempotency.body_sha, answer = A.idempotency.answer }), 'EX', A.idempotency.ttl_s)
end
return { 'created' }
