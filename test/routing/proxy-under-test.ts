import { noLog } from '../../src/platform/logger.ts';
import { noMetrics } from '../../src/platform/metrics.ts';
import { MiddlewareEngine } from '../../src/routing/middleware-engine.ts';
import { OpenExchanges } from '../../src/routing/open-exchanges.ts';
import type { EngineLimits } from '../../src/routing/proxy-engine.ts';
import { ProxyServer } from '../../src/routing/proxy-server.ts';
import type { FeedState } from '../../src/routing/route-feed.ts';
import { RouteLookup } from '../../src/routing/route-lookup.ts';
import { RouteTable } from '../../src/routing/route-table.ts';
import type { EndpointId, Route, RouteState } from '../../src/routing/route.ts';
import { trustPeers } from '../../src/routing/trusted-peers.ts';

export interface ProxyUnderTest {
  readonly port: number;
  readonly table: RouteTable;
  readonly open: OpenExchanges;
  /** Routes that the store has and the table has not heard of. */
  readonly stored: Map<string, Route>;
  readonly feed: { state: FeedState; seenAt: number | undefined };
  route(endpoint: string, port: number, state?: RouteState): void;
  close(graceMs?: number): Promise<void>;
}

export interface ProxySettings {
  readonly limits?: Partial<EngineLimits>;
  readonly trusted?: readonly string[];
}

export function endpointId(text: string): EndpointId {
  return text as EndpointId;
}

export function aRoute(
  port: number,
  { state = 'live', seq = '1' }: { state?: RouteState; seq?: string } = {},
): Route {
  revision += 1;
  return { v: 1, state, target_host: '127.0.0.1', target_port: port, seq, revision };
}

/** The route of an instance that was just created: nothing runs yet. */
export function aRouteWithoutTarget(): Route {
  revision += 1;
  return { v: 1, state: 'updating', seq: '0', revision };
}

let revision = 0;

/** A whole proxy server with the middleware engine, whose routes the test writes straight into the table. */
export async function startProxy({
  limits = {},
  trusted: cidrs = [],
}: ProxySettings = {}): Promise<ProxyUnderTest> {
  const table = new RouteTable();
  const open = new OpenExchanges();
  const stored = new Map<string, Route>();
  const feed: ProxyUnderTest['feed'] = { state: 'in_sync', seenAt: Date.now() };
  const store = { get: async (endpoint: EndpointId) => Promise.resolve(stored.get(endpoint)) };
  const lookup = new RouteLookup({ table, feed, store, staleRoutesMs: 60_000, absentMs: 50 });
  const trusted = trustPeers(cidrs);
  const engine = new MiddlewareEngine({ isLive: (target) => table.namesLive(target), trusted, limits });
  const server = new ProxyServer({ lookup, open, engine, trusted, log: noLog, metrics: noMetrics });
  const port = await server.listen({ port: 0, host: '127.0.0.1' });
  return {
    ...{ port, table, open, stored, feed },
    route: (endpoint, target, state = 'live') => {
      table.put(endpointId(endpoint), aRoute(target, { state }));
    },
    close: async (graceMs = 200) => server.close(graceMs),
  };
}
