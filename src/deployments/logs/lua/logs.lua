-- Shared by the scripts of logs. KEYS[1] is the key prefix, ARGV[1] the arguments as JSON. Keys: log:<id> (what is
-- known of a log), log:<id>:<generation> (its text), log:<id>:<generation>:from (where a replaced
-- text begins), logs (all, by the age of their order), logs:bytes, logs:generation
-- (the last number given out).
local P = KEYS[1]
local A = cjson.decode(ARGV[1])
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

-- Forgets what is too old, then the oldest while all are too long together; never the one that is being written.
local function make_room(written)
  local old = redis.call('ZRANGEBYSCORE', P .. 'logs', '-inf', A.forget_before, 'LIMIT', 0, FORGOTTEN_AT_ONCE)
  for _, id in ipairs(old) do
    if id ~= written then forget(id) end
  end
  for _ = 1, FORGOTTEN_AT_ONCE do
    if tonumber(redis.call('GET', P .. 'logs:bytes') or '0') <= A.budget then return end
    local oldest = redis.call('ZRANGE', P .. 'logs', 0, 1)
    local id = oldest[1] ~= written and oldest[1] or oldest[2]
    if not id then return end
    forget(id)
  end
end
