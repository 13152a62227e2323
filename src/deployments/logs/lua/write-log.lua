-- write-log: appends lines to the log of a deployment, or begins it anew. ARGV[2] is the text. Returns {stale} when
-- somebody else wrote meanwhile, else {written, generation, from, to}.
local text = ARGV[2]
local key = P .. 'log:' .. A.id
local generation, from, to = number_in(key, 'generation'), number_in(key, 'from'), number_in(key, 'to')
if generation ~= A.generation or to ~= A.to then return { 'stale' } end

if A.anew or generation == 0 then
  if generation > 0 then
    -- Whoever is in the middle of the old text may read on for a while.
    local old = text_key(A.id, generation)
    count(-redis.call('STRLEN', old))
    redis.call('PEXPIRE', old, A.linger_ms)
    redis.call('SET', old .. ':from', string.format('%.0f', from), 'PX', A.linger_ms)
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
make_room(A.id)
return { 'written', string.format('%.0f', generation), string.format('%.0f', from), string.format('%.0f', to) }
