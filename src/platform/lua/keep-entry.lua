-- keep-entry: writes an entry of a journal and lists it in its indexes; then makes room. KEYS[1] = prefix of the
-- journal, ARGV[1] = arguments as JSON. The same entry again is written over; the same event (`same`) only counts.
-- What the first index has no room for is forgotten; from a further one it is only gone as from a list.
-- Returns the id of the entry.
local P = KEYS[1]
local A = cjson.decode(ARGV[1])
local FORGOTTEN_AT_ONCE = 20

local function entry_key(id) return P .. 'entry:' .. id end
local function index_key(name) return P .. 'by:' .. name end

-- From all its indexes: an entry is either whole or not there.
local function forget(id)
  local indexes = redis.call('HGET', entry_key(id), 'indexes')
  for _, name in ipairs(indexes and cjson.decode(indexes) or {}) do
    redis.call('ZREM', index_key(name), id)
  end
  local same = redis.call('HGET', entry_key(id), 'same')
  if same then redis.call('DEL', P .. 'same:' .. same) end
  redis.call('DEL', entry_key(id))
end

local function make_room(index, most, leave)
  local excess = redis.call('ZCARD', index) - most
  local past = redis.call('ZRANGE', index, '-', '(' .. A.oldest, 'BYLEX', 'LIMIT', 0, FORGOTTEN_AT_ONCE)
  local over = excess > 0 and redis.call('ZRANGE', index, 0, math.min(excess, FORGOTTEN_AT_ONCE) - 1) or {}
  for _, old in ipairs(past) do forget(old) end
  for _, old in ipairs(over) do leave(old) end
end

local id = A.id
local known = A.same and redis.call('GET', P .. 'same:' .. A.same)
if known then
  redis.call('HINCRBY', entry_key(known), 'times', 1)
  redis.call('HSET', entry_key(known), 'last_at', A.now)
  return known
end

if A.same then
  redis.call('SET', P .. 'same:' .. A.same, id)
  redis.call('HSET', entry_key(id), 'same', A.same)
end
redis.call('HSET', entry_key(id), 'record', A.record, 'indexes', cjson.encode(A.names), 'times', '1', 'last_at', A.now)
for place, name in ipairs(A.names) do
  local index = index_key(name)
  redis.call('ZADD', index, '0', id)
  make_room(index, tonumber(A.most[place]), place == 1 and forget or function(old) redis.call('ZREM', index, old) end)
end
return id
