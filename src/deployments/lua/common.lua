-- Shared by all scripts of deployments. KEYS[1] is the key prefix, ARGV[1] the arguments as JSON; every value
-- in it that lands in Redis is text already, since Lua would print large numbers as 1.7e12.
local P = KEYS[1]
local A = cjson.decode(ARGV[1])
local EVENTS_KEPT = 100000
-- A deployment is forgotten so long after its end; what is still needed then is looked at again a week later.
local KEPT_MS = 90 * 86400000
local KEPT_LONGER_MS = 7 * 86400000
-- The newest ones of an instance are kept for good: its history, and the releases to go back to.
local NEWEST_KEPT = 20
local FORGOTTEN_AT_ONCE = 10

local TERMINAL = {
  succeeded = true, failed = true, cancelled = true, superseded = true,
  lost = true, timed_out = true, rejected = true,
}

local function deployment_key(id) return P .. 'deployment:' .. id end
local function instance_key(id) return P .. 'instance:' .. id end

-- A field of a hash; a missing one reads as ''.
local function field(key, name)
  return redis.call('HGET', key, name) or ''
end

local function set_fields(key, fields)
  for name, value in pairs(fields or {}) do
    redis.call('HSET', key, name, value)
  end
end

local function has(list, value)
  for _, item in ipairs(list or {}) do
    if item == value then return true end
  end
  return false
end

-- Instances that this script changed: their place in the indexes by status is set anew at its end.
local changed = {}

-- One line of the story: who follows the stream learns every change, in order.
local function event(kind, instance_id, deployment_id, detail, by)
  if instance_id ~= '' then changed[instance_id] = true end
  redis.call('XADD', P .. 'events', 'MAXLEN', '~', EVENTS_KEPT, '*', 'kind', kind, 'at', A.now,
    'instance_id', instance_id, 'deployment_id', deployment_id, 'detail', detail or '', 'by', by or '')
end

local function set_phase(id, phase, detail)
  local key = deployment_key(id)
  redis.call('ZREM', P .. 'deployments:phase:' .. field(key, 'phase'), id)
  redis.call('ZADD', P .. 'deployments:phase:' .. phase, field(key, 'created_at'), id)
  redis.call('HSET', key, 'phase', phase, 'at_' .. phase, A.now)
  event(phase, field(key, 'instance_id'), id, detail)
end

-- Who waits for a slot of a host, in order of arrival. A newer order has the place of the one that it replaces:
-- whoever asks again and again would never get to the front.
local function enqueue(id, host_id, replaced)
  local queue = P .. 'host:' .. host_id .. ':waiting'
  local place = replaced and replaced ~= '' and redis.call('ZSCORE', queue, replaced)
  redis.call('ZADD', queue, place or redis.call('INCR', P .. 'order'), id)
end

local function leave_queue(id, host_id)
  redis.call('ZREM', P .. 'host:' .. host_id .. ':waiting', id)
end

-- Moves the ports of all projects that are gone from use into quarantine.
local function rest_ports(host_id, is_gone)
  local used = P .. 'host:' .. host_id .. ':ports'
  local all = redis.call('HGETALL', used)
  for i = 1, #all, 2 do
    if is_gone(all[i + 1]) then
      redis.call('HDEL', used, all[i])
      redis.call('ZADD', P .. 'host:' .. host_id .. ':quarantine', A.quarantine_until, all[i])
    end
  end
end

-- Whether a project is a release of this instance: <id>-<seq>.
local function is_release_of(project, instance_id)
  return string.match(project, '^(.*)%-%d+$') == instance_id
end

-- The link of an instance that never ran, or runs no more, shows the waiting page while a deployment is on its
-- way. The route has no target, and a seq below that of the deployment that will take it over: what is at work
-- already keeps the page that it has.
local function show_waiting_page(instance_id)
  local instance = instance_key(instance_id)
  local active = field(instance, 'active')
  if field(instance, 'live_release') ~= '' then return end
  if active ~= '' and field(deployment_key(active), 'kind') ~= 'destroy' then return end
  local route = read_route(P, instance_id)
  if route and route.state ~= 'withdrawn' then return end
  local seq = '0'
  if route then
    seq = string.format('%.0f', math.max(tonumber(field(instance, 'last_seq')) or 0, tonumber(route.seq)) + 1)
    redis.call('HSET', instance, 'last_seq', seq)
  end
  put_route(P, instance_id, { state = 'updating', seq = seq })
end

-- Nothing went live and no deployment is to come: nobody is to wait at the link any more.
local function end_waiting_page(instance_id)
  local instance = instance_key(instance_id)
  if field(instance, 'live_release') ~= '' or field(instance, 'active') ~= '' then return end
  local waiting = field(instance, 'waiting')
  if waiting ~= '' and field(deployment_key(waiting), 'kind') ~= 'destroy' then return end
  local route = read_route(P, instance_id)
  if route and route.state == 'updating' then withdraw_route(P, instance_id, route.seq) end
end

local function forget_at(id, after_ms)
  redis.call('ZADD', P .. 'ended', string.format('%.0f', tonumber(A.now) + after_ms), id)
end

local function is_needed(id, instance_id)
  local instance = instance_key(instance_id)
  for _, name in ipairs({ 'live_deployment', 'active', 'waiting', 'last_deployment' }) do
    if field(instance, name) == id then return true end
  end
  if field(instance, 'deleted_at') ~= '' then return false end
  local newer = redis.call('ZREVRANK', P .. 'instance:' .. instance_id .. ':deployments', id)
  return newer and newer < NEWEST_KEPT
end

-- A release goes with the last deployment of it.
local function release_use(release_id, change)
  if release_id == '' then return end
  local key = P .. 'release:' .. release_id
  if redis.call('INCRBY', key .. ':uses', change) <= 0 then
    redis.call('DEL', key, key .. ':images', key .. ':uses')
  end
end

local function forget(id)
  local key = deployment_key(id)
  local instance_id = field(key, 'instance_id')
  if is_needed(id, instance_id) then return forget_at(id, KEPT_LONGER_MS) end
  local build_key = field(key, 'build_key')
  if build_key ~= '' then redis.call('DEL', P .. build_key) end
  release_use(field(key, 'release_id'), -1)
  redis.call('ZREM', P .. 'deployments', id)
  redis.call('ZREM', P .. 'deployments:phase:' .. field(key, 'phase'), id)
  redis.call('ZREM', P .. 'deployments:product:' .. field(key, 'product_id'), id)
  redis.call('ZREM', P .. 'deployments:host:' .. field(key, 'host_id'), id)
  redis.call('ZREM', P .. 'instance:' .. instance_id .. ':deployments', id)
  redis.call('ZREM', P .. 'ended', id)
  redis.call('ZREM', P .. 'logs:due', id)
  redis.call('DEL', key, key .. ':stages')
end

-- Some of those whose time has come. Each new deployment makes room, so that nothing grows for ever.
local function forget_old()
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'ended', '-inf', A.now, 'LIMIT', 0, FORGOTTEN_AT_ONCE)) do
    forget(id)
  end
end

-- Gives lock and slot back; a deployment is finished once.
local function finish(id)
  local key = deployment_key(id)
  if field(key, 'finished_at') ~= '' then return end
  local instance = instance_key(field(key, 'instance_id'))
  local host_id = field(key, 'host_id')
  if field(instance, 'active') == id then redis.call('HSET', instance, 'active', '') end
  if field(instance, 'waiting') == id then redis.call('HSET', instance, 'waiting', '') end
  leave_queue(id, host_id)
  redis.call('SREM', P .. 'host:' .. host_id .. ':active', id)
  redis.call('ZREM', P .. 'open', id)
  redis.call('HSET', key, 'finished_at', A.now)
  forget_at(id, KEPT_MS)
  -- Its log is fetched whole when the build has ended.
  if field(key, 'build') ~= '' then redis.call('ZADD', P .. 'logs:due', A.now, id) end
  event('finished', field(key, 'instance_id'), id)
  end_waiting_page(field(key, 'instance_id'))
end

-- Writes a new deployment and its indexes.
local function store_deployment(id, fields)
  local key = deployment_key(id)
  set_fields(key, fields)
  redis.call('ZADD', P .. 'deployments', fields.created_at, id)
  redis.call('ZADD', P .. 'deployments:product:' .. fields.product_id, fields.created_at, id)
  redis.call('ZADD', P .. 'deployments:host:' .. fields.host_id, fields.created_at, id)
  redis.call('ZADD', P .. 'instance:' .. fields.instance_id .. ':deployments', fields.created_at, id)
  redis.call('ZADD', P .. 'open', fields.deadline_at, id)
  redis.call('HSET', instance_key(fields.instance_id), 'last_deployment', id)
  release_use(fields.release_id, 1)
  forget_old()
end

-- The release of the deployment that is at work on an instance and still may go live; nil when there is none.
local function release_under_way(instance)
  local active = field(instance, 'active')
  local key = deployment_key(active)
  if active == '' or field(key, 'kind') ~= 'deploy' or field(key, 'cancel') ~= '' then return nil end
  if TERMINAL[field(key, 'phase')] then return nil end
  return field(key, 'release_id')
end

-- A removal that never claimed has changed nothing: what was desired before it is desired again. `desired_before`
-- is gone once a removal claimed, and it is a newer removal's while one stands.
local function take_back_removal(id, instance)
  local before = field(instance, 'desired_before')
  if before == '' or field(instance, 'last_deployment') ~= id then return end
  redis.call('HSET', instance, 'desired', before)
  redis.call('HDEL', instance, 'desired_before')
end

-- A cancelled order no longer says where the instance should go: what is at work does, else what is live.
local function take_back_desire(id)
  local key = deployment_key(id)
  local instance = instance_key(field(key, 'instance_id'))
  if field(key, 'kind') == 'destroy' then return take_back_removal(id, instance) end
  if field(key, 'kind') ~= 'deploy' or field(instance, 'desired_release') ~= field(key, 'release_id') then return end
  local other = field(instance, 'active') ~= id and release_under_way(instance)
  redis.call('HSET', instance, 'desired_release', other or field(instance, 'live_release'))
end

local function host_of(host_id)
  local json = redis.call('GET', P .. 'host:' .. host_id)
  return json and cjson.decode(json) or nil
end

-- What an operator holds back: all on a frozen system; what waits on a cordoned host, but for removals, and recoveries
-- of what is live there. Meanwhile its time stands still; afterwards its deadline has moved on by as long.
local function hold_of(id)
  local key = deployment_key(id)
  local host = field(key, 'phase') == 'waiting' and host_of(field(key, 'host_id'))
  local passes = field(key, 'kind') == 'destroy' or field(key, 'trigger') == 'recovery'
  local is_frozen = redis.call('EXISTS', P .. 'frozen') == 1
  if is_frozen or (host and host.cordoned and not passes) then
    redis.call('HSETNX', key, 'held_at', A.now)
    return is_frozen and 'frozen' or 'cordoned'
  end
  local since = tonumber(field(key, 'held_at'))
  if not since then return nil end
  local passed = string.format('%.0f', math.max(0, tonumber(A.now) - since))
  redis.call('HINCRBY', key, 'held_ms', passed)
  redis.call('ZADD', P .. 'open', redis.call('HINCRBY', key, 'deadline_at', passed), id)
  redis.call('HDEL', key, 'held_at')
  return nil
end

local function slot_is_free(host)
  return redis.call('SCARD', P .. 'host:' .. host.id .. ':active') < tonumber(host.slots)
end

local function live_endpoints(instance)
  local live = field(instance, 'live_endpoints')
  return live ~= '' and cjson.decode(live) or {}
end

-- Above all that was ever given out, also after a restore of Redis, whose clock is ahead of it.
local function next_seq(instance)
  local last = math.max(tonumber(field(instance, 'last_seq')) or 0, tonumber(field(instance, 'live_seq')) or 0)
  return string.format('%.0f', math.max(last + 1, tonumber(redis.call('TIME')[1])))
end

-- The same target in another state: `updating` while a recreate is at work, `live` again after it.
local function set_route_state(endpoint, state)
  local route = read_route(P, endpoint)
  if not route or route.state == 'withdrawn' then return end
  put_route(P, endpoint, { state = state, seq = route.seq, target_host = route.target_host,
    target_port = route.target_port, container_id = route.container_id })
end

-- Nothing of a deployment that did not go live shows at the links: what is live is there again.
local function show_live_again(instance)
  for _, endpoint in ipairs(live_endpoints(instance)) do
    set_route_state(endpoint, 'live')
  end
end
