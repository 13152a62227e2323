-- write-log: appends lines to the log of a deployment, or begins it anew. KEYS[1] is the key prefix, ARGV[1] the
-- arguments as JSON, ARGV[2] the text. Returns {stale} when somebody else wrote meanwhile, else {written, generation,
-- from, to}. Keys: log:<id> (what is known of it), log:<id>:<generation> (its text), logs (all, by age), logs:bytes,
-- logs:generation (the last number given out).
local P = KEYS[1]
local A = cjson.decode(ARGV[1])
local text = ARGV[2]
local FORGOTTEN_AT_ONCE = 20

local function number_in(key, name) return tonumber(redis.call('HGET', key, name) or '0') end
local function text_key(id, generation) return P .. 'log:' .. id .. ':' .. string.format('%.0f', generation) end
local function count(bytes) redis.call('INCRBY', P .. 'logs:bytes', string.format('%.0f', bytes)) end

local function forget(id)
  local key = P .. 'log:' .. id
  local body = text_key(id, number_in(key, 'generation'))
  count(-redis.call('STRLEN', body))
  redis.call('DEL', key, body)
  redis.call('ZREM', P .. 'logs', id)
end

local key = P .. 'log:' .. A.id
local generation, from, to = number_in(key, 'generation'), number_in(key, 'from'), number_in(key, 'to')
if generation ~= A.generation or to ~= A.to then return { 'stale' } end

if A.anew or generation == 0 then
  if generation > 0 then
    -- Whoever is in the middle of the old text may read on for a while.
    local old = text_key(A.id, generation)
    count(-redis.call('STRLEN', old))
    redis.call('PEXPIRE', old, A.linger_ms)
  end
  generation, from, to = redis.call('INCR', P .. 'logs:generation'), 0, 0
end

local body = text_key(A.id, generation)
if #text > 0 then
  redis.call('APPEND', body, text)
  count(#text)
  to = to + #text
end
if to - from > A.limit + A.slack then
  local kept = redis.call('GETRANGE', body, to - from - A.limit, -1)
  -- From the beginning of a line on.
  kept = string.sub(kept, (string.find(kept, '\n', 1, true) or 0) + 1)
  redis.call('SET', body, kept)
  count(#kept - (to - from))
  from = to - #kept
end
redis.call('HSET', key, 'v', '1', 'generation', string.format('%.0f', generation), 'from', string.format('%.0f', from),
  'to', string.format('%.0f', to), 'build', A.build, 'complete', A.complete and '1' or '', 'tail', A.tail)
redis.call('ZADD', P .. 'logs', A.ordered_at, A.id)

for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'logs', '-inf', A.forget_before, 'LIMIT', 0, FORGOTTEN_AT_ONCE)) do
  if id ~= A.id then forget(id) end
end
for _ = 1, FORGOTTEN_AT_ONCE do
  if tonumber(redis.call('GET', P .. 'logs:bytes') or '0') <= A.budget then break end
  local oldest = redis.call('ZRANGE', P .. 'logs', 0, 1)
  local id = oldest[1] ~= A.id and oldest[1] or oldest[2]
  if not id then break end
  forget(id)
end
return { 'written', string.format('%.0f', generation), string.format('%.0f', from), string.format('%.0f', to) }
