-- KEYS[1] record, KEYS[2] the zset that lists such records, if one does; ARGV[1] the text that must be there
-- now: '' = none, '*' = whatever; ARGV[2] the new text, '' = remove; ARGV[3] score, ARGV[4] member of the zset.
-- Returns 1 when done, 0 when something else is there.
local stored = redis.call('GET', KEYS[1]) or ''
if ARGV[1] ~= '*' and stored ~= ARGV[1] then
  return 0
end
if ARGV[2] ~= '' then
  redis.call('SET', KEYS[1], ARGV[2])
  if KEYS[2] then
    redis.call('ZADD', KEYS[2], ARGV[3], ARGV[4])
  end
  return 1
end
if KEYS[2] then
  redis.call('ZREM', KEYS[2], ARGV[4])
end
return redis.call('DEL', KEYS[1])
