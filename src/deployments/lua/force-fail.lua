-- force-fail: an operator ends a deployment without the word of Jenkins. What is undecided is abandoned and fails; what
-- has switched stays live. `fenced_at` voids its lease, and last_seq rises: the host refuses the old build as soon as
-- a newer one was there. Lock and slot are given back by *finish*, after what else is to be ordered. Repeatable.
-- Returns {ended, phase} | {waiting, phase} | {finished, phase}
local key = deployment_key(A.deployment_id)
local phase = field(key, 'phase')
if field(key, 'finished_at') ~= '' then return { 'finished', phase } end
if phase == 'accepted' or phase == 'waiting' then return { 'waiting', phase } end
local instance_id = field(key, 'instance_id')
local instance = instance_key(instance_id)

if not TERMINAL[phase] and phase ~= 'retiring' then
  if field(key, 'claimed_at') ~= '' and field(key, 'decision') == '' then
    redis.call('HSET', key, 'decision', A.decision)
    show_live_again(instance)
  end
  redis.call('HSET', key, 'reason', A.reason)
  set_phase(A.deployment_id, 'failed', 'force_failed')
end
redis.call('HSETNX', key, 'fenced_at', A.now)
redis.call('HSET', instance, 'last_seq', next_seq(instance))
event('fenced', instance_id, A.deployment_id, '', A.by)
return { 'ended', field(key, 'phase') }
