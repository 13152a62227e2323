-- freeze: while `frozen` is there nothing is triggered; without `mark` it is taken away. Repeatable: who froze first
-- stays. Returns {frozen} | {running}
local key = P .. 'frozen'
if A.mark then
  if redis.call('SET', key, A.mark, 'NX') then event('frozen', '', '', '', A.by) end
  return { 'frozen' }
end
if redis.call('DEL', key) == 1 then event('unfrozen', '', '', '', A.by) end
return { 'running' }
