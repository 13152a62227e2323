-- withdraw-route: an operator takes one link away; the instance stays, and its next deployment brings the link back.
-- Returns {withdrawn, route as JSON} | {no_route}
local route = read_route(P, A.endpoint)
if not route then return { 'no_route' } end
if route.state ~= 'withdrawn' then
  withdraw_route(P, A.endpoint, route.seq, A.reason)
  event('route_withdrawn', A.instance_id, '', A.endpoint, A.by)
end
return { 'withdrawn', redis.call('GET', P .. 'route:' .. A.endpoint) }
