-- Library: routes. Prepend this file to any script that changes a route; nothing else writes these keys.
--   <prefix>revision          integer, raised by one per applied change, global over all routes
--   <prefix>route:<endpoint>  the record of src/routing/route.ts as JSON
--   <prefix>routes            zset endpoint -> revision, so that a reader asks for "all after revision n"
--   <prefix>route-changes     channel: {"endpoint": ..., "route": {...}}
--
-- Who may change a route: seq orders the deployments of one endpoint.
--   lower seq                    refused (stale_seq): a late job of an older deployment
--   higher seq                   applied
--   equal seq, withdrawn stored  refused (withdrawn): nothing of the same deployment brings a deleted route back
--   equal seq, other state       applied: one deployment moves its own route on (updating -> live, live -> stopped).
--                                Redis runs scripts one after another, so the later call is the newer change
--   equal seq, nothing differs   nothing written; the stored revision is the answer, so that a repeat is harmless
--   equal seq, other target      refused (seq_taken): one deployment is decided once

local function route_refusal(stored, seq, same_state, same_target)
  if tonumber(seq) < tonumber(stored.seq) then return 'stale_seq' end
  if tonumber(seq) > tonumber(stored.seq) then return nil end
  if stored.state == 'withdrawn' then return 'withdrawn' end
  if same_state and not same_target then return 'seq_taken' end
  return nil
end

local function write_route(prefix, endpoint, route)
  route.v = 1
  route.revision = redis.call('INCR', prefix .. 'revision')
  redis.call('SET', prefix .. 'route:' .. endpoint, cjson.encode(route))
  redis.call('ZADD', prefix .. 'routes', route.revision, endpoint)
  redis.call('PUBLISH', prefix .. 'route-changes', cjson.encode({ endpoint = endpoint, route = route }))
  return route.revision
end

local function read_route(prefix, endpoint)
  local text = redis.call('GET', prefix .. 'route:' .. endpoint)
  if not text then return nil end
  return cjson.decode(text)
end

-- fields: state 'live' | 'updating' | 'stopped', seq (decimal text), target_host?, target_port?, container_id?
-- Returns the route's revision; or nil and 'stale_seq' | 'withdrawn' | 'seq_taken'.
local function put_route(prefix, endpoint, fields)
  local port = fields.target_port and tonumber(fields.target_port) or nil
  local stored = read_route(prefix, endpoint)
  if stored then
    local same_state = stored.state == fields.state
    local same_target = stored.target_host == fields.target_host and stored.target_port == port
    local refusal = route_refusal(stored, fields.seq, same_state, same_target)
    if refusal then return nil, refusal end
    local same_seq = tonumber(fields.seq) == tonumber(stored.seq)
    if same_seq and same_state and same_target and stored.container_id == fields.container_id then
      return stored.revision
    end
  end
  return write_route(prefix, endpoint, {
    state = fields.state,
    target_host = fields.target_host,
    target_port = port,
    seq = tostring(fields.seq),
    container_id = fields.container_id,
  })
end

-- Leaves a tombstone with seq and revision, and with the words of who wanted it. Repeatable. Returns the revision;
-- or nil and 'stale_seq'.
local function withdraw_route(prefix, endpoint, seq, reason)
  local stored = read_route(prefix, endpoint)
  if stored then
    if tonumber(seq) < tonumber(stored.seq) then return nil, 'stale_seq' end
    if stored.state == 'withdrawn' and tonumber(seq) == tonumber(stored.seq) then return stored.revision end
  end
  return write_route(prefix, endpoint, { state = 'withdrawn', seq = tostring(seq), reason = reason })
end
