-- Script: take one route away. After put-route.lua. KEYS[1] = prefix, ARGV = endpoint, seq.
-- Returns {revision, ''} or {0, refusal}.
local revision, refusal = withdraw_route(KEYS[1], ARGV[1], ARGV[2])
return { revision or 0, refusal or '' }
