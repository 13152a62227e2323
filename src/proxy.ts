import type { ProxyConfig } from './config/config.ts';
import { openFeed, openStore, type ProcessBase } from './process-base.ts';
import type { Answer } from './routing/error-answer.ts';
import { ProxyApp, type ProxyAppOptions } from './routing/proxy-app.ts';
import { RedisRouteStore } from './routing/redis-route-store.ts';

type Pages = NonNullable<ProxyAppOptions['pages']>;

/** Puts a proxy together and starts it. Returns its port. */
export async function startProxy(config: ProxyConfig, base: ProcessBase): Promise<number> {
  const { log, metrics, lifecycle } = base;
  const { id, host, port, engine, limits } = config.proxy;
  const store = new RedisRouteStore({
    redis: openStore(config, base, id),
    subscriber: openFeed(config, base, `${id}-feed`),
    prefix: config.redis.prefix,
  });
  const app = new ProxyApp({
    store,
    engine,
    limits,
    metrics,
    log,
    pages: operatorPages(base),
    proxyId: id,
    stateDir: config.stateDir,
    staleRoutesMs: config.staleRoutesMs,
    trustedProxies: config.trustedProxies,
    signal: lifecycle.signal,
  });
  // The exchanges get all the time that there is; a second is left for the rest.
  lifecycle.add('proxy', { close: () => app.close(config.stopMs - 1_000) });
  return app.start({ host, port });
}

function operatorPages({ metrics, version }: ProcessBase): Pages {
  const about = JSON.stringify({ name: 'ark-deploy', version });
  return new Map<string, () => Answer | Promise<Answer>>([
    ['/version', () => toPage('application/json; charset=utf-8', about)],
    ['/metrics', async () => metrics.expose().then(({ contentType, text }) => toPage(contentType, text))],
  ]);
}

function toPage(contentType: string, body: string): Answer {
  return { status: 200, headers: { 'Content-Type': contentType }, body };
}
