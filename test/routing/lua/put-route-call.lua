-- Script: one route by itself (operators, tests). After put-route.lua. KEYS[1] = prefix, ARGV = endpoint, fields as JSON.
-- Returns {revision, ''} or {0, refusal}.
local revision, refusal = put_route(KEYS[1], ARGV[1], cjson.decode(ARGV[2]))
return { revision or 0, refusal or '' }
