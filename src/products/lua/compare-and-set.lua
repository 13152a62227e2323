-- KEYS[1] record; ARGV[1] the text it must have now ('' = must not exist), ARGV[2] the new text.
-- Returns 1 when written, 0 when somebody else wrote before.
local stored = redis.call('GET', KEYS[1]) or ''
if stored ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2])
return 1
