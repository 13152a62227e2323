import type { Answer } from './error-answer.ts';
import { MiddlewareEngine } from './middleware-engine.ts';
import { OpenExchanges } from './open-exchanges.ts';
import type { EngineLimits } from './proxy-engine.ts';
import { ProxyServer } from './proxy-server.ts';
import type { ListenOptions } from './proxy-server.ts';
import { RouteSync } from './route-sync.ts';
import type { RouteSyncOptions } from './route-sync.ts';
import { trustPeers } from './trusted-peers.ts';

export interface ProxyAppOptions extends Omit<RouteSyncOptions, 'exchanges'> {
  /** Of proxies in front of us whose forwarded headers are believed. */
  readonly trustedProxies: readonly string[];
  readonly engine: 'middleware';
  readonly limits?: Partial<EngineLimits>;
  /** More pages beside /livez and /readyz, by path: /metrics, /version. */
  readonly pages?: ReadonlyMap<string, () => Answer | Promise<Answer>>;
}

/** One proxy process: routes, engine and server, started and ended together. */
export class ProxyApp {
  readonly #sync: RouteSync;
  readonly #server: ProxyServer;
  #isClosing = false;

  constructor(options: ProxyAppOptions) {
    const open = new OpenExchanges();
    const trusted = trustPeers(options.trustedProxies);
    this.#sync = new RouteSync({ ...options, exchanges: open });
    const { table, lookup } = this.#sync;
    const { limits = {}, log, metrics } = options;
    const engine = new MiddlewareEngine({ isLive: (target) => table.namesLive(target), trusted, limits });
    const ownPages = new Map([
      ['/livez', () => toJson(200, { status: 'alive' })],
      ['/readyz', () => this.#readyz()],
      ...(options.pages ?? []),
    ]);
    this.#server = new ProxyServer({ lookup, open, engine, trusted, log, metrics, ownPages });
  }

  /** Fills the table, then listens. Returns the port. */
  async start(listen: ListenOptions): Promise<number> {
    await this.#sync.start();
    return this.#server.listen(listen);
  }

  /** Readiness goes off, exchanges end within `graceMs`, then the routes are let go. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    await this.#server.close(graceMs);
    await this.#sync.close();
  }

  #readyz(): Answer {
    const readiness = this.#sync.readiness();
    const ready = readiness.ready && !this.#isClosing;
    const { state, revision, routes, staleS } = readiness;
    return toJson(ready ? 200 : 503, {
      ready,
      routes: { state, revision, count: routes, stale_s: staleS ?? null },
    });
  }
}

function toJson(status: number, value: unknown): Answer {
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' };
  return { status, headers, body: `${JSON.stringify(value)}\n` };
}
