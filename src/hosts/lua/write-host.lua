-- KEYS[1] host:<id>, KEYS[2] hosts; ARGV[1] the text that must be there now: '' = none, '*' = whatever;
-- ARGV[2] the new text, '' = remove; ARGV[3] created_at in ms; ARGV[4] id.
-- Returns 1 when done, 0 when something else is there.
local stored = redis.call('GET', KEYS[1]) or ''
if ARGV[1] ~= '*' and stored ~= ARGV[1] then
  return 0
end
if ARGV[2] ~= '' then
  redis.call('SET', KEYS[1], ARGV[2])
  redis.call('ZADD', KEYS[2], ARGV[3], ARGV[4])
  return 1
end
redis.call('ZREM', KEYS[2], ARGV[4])
return redis.call('DEL', KEYS[1])
