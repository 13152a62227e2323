-- hold: whether an operator holds a deployment back that Jenkins has not heard of, and so its time. Repeatable.
-- Returns {held} | {free}
local key = deployment_key(A.deployment_id)
local phase, posted_at = field(key, 'phase'), field(key, 'posted_at')
local is_asked = phase ~= 'triggering' or (posted_at ~= '' and posted_at ~= '0')
if phase ~= 'accepted' and phase ~= 'waiting' and is_asked then return { 'free' } end
return { hold_of(A.deployment_id) and 'held' or 'free' }
