import type { CoordinatorConfig } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/config.ts';
import { wireApi, type ApiParts } from '../../src/coordinator-api.ts';
import { CallbackHistory } from '../../src/deployments/callback-history.ts';
import { createStreams } from '../../src/deployments/streams.ts';
import { toHostKey, type HostKey } from '../../src/hosts/host-key.ts';
import { Acts } from '../../src/http/acts.ts';
import { createApiServer, type ApiServer } from '../../src/http/api-server.ts';
import { callsOf, type Call } from '../../src/http/call.ts';
import { RedisSessionStore } from '../../src/http/redis-session-store.ts';
import { RevokedKeys } from '../../src/http/revoked-keys.ts';
import { Sessions } from '../../src/http/sessions.ts';
import { AppError } from '../../src/platform/errors.ts';
import type { Logger } from '../../src/platform/logger.ts';
import { noMetrics } from '../../src/platform/metrics.ts';
import { RedisProductSettings } from '../../src/products/redis-product-settings.ts';
import { SECRET, type Bench } from '../deployments/bench.ts';
import { KEY, TOKEN } from '../deployments/http-bench.ts';
import { aHostKey } from '../hosts/host-builder.ts';

/** Everything that the coordinator answers, as it wires it itself, over the parts of a bench. */
export interface WholeApi {
  readonly server: ApiServer;
  readonly calls: readonly Call[];
  readonly sessions: Sessions;
  /** What machines show, by `address:port`; all others show `aHostKey()`. */
  readonly shown: Map<string, HostKey | undefined>;
  /** What is wrong with the store; undefined when all is well. */
  fault: string | undefined;
}

const CONFIG = loadConfig({
  ARK_ADMIN_TOKEN: TOKEN,
  ARK_SECRET: KEY.toString('base64'),
  ARK_CALLBACK_KEYS: `whsec_${KEY.toString('base64')}`,
  ARK_JENKINS_URL: 'http://127.0.0.1:1',
  ARK_JENKINS_USER: 'ark',
  ARK_JENKINS_TOKEN: 'token',
}) as CoordinatorConfig;

export function wholeApi(bench: Bench, log: Logger): WholeApi {
  const { redis, prefix, store, builds } = bench;
  const shared = { redis, prefix, clock: () => bench.now };
  const sessions = new Sessions({
    ...{ ...CONFIG.access, pagesUrl: CONFIG.pagesUrl, clock: shared.clock },
    store: new RedisSessionStore(redis, prefix),
  });
  const streams = createStreams(
    {
      ...{ ...shared, store, builds, log, secret: SECRET, secrets: [] },
      ...{ budgetBytes: 1_024 * 1_024, blocking: redis.duplicate({ lazyConnect: true }) },
    },
    bench.lifecycle,
  );
  const shown = new Map<string, HostKey | undefined>();
  const whole = { fault: undefined as string | undefined };
  const keyOf = (machine: string): HostKey | undefined =>
    shown.has(machine) ? shown.get(machine) : toHostKey(aHostKey());
  const parts = {
    ...{ ...bench.core, ...shared, shared, streams, sessions, store, builds, hosts: bench.hosts },
    faults: bench.faults,
    acts: new Acts(shared),
    history: new CallbackHistory({ ...shared, store }),
    productSettings: new RedisProductSettings(shared),
    revokedKeys: new RevokedKeys({ ...shared, configured: [] }),
    catalogue: { list: () => [bench.product], get: (id: string) => productOf(bench, id) },
    containers: { inspect: async (_host: unknown, id: string) => Promise.resolve(bench.containers.get(id)) },
    hostKeys: {
      fetch: async ({ address, port }: { readonly address: string; readonly port: number }) => {
        const key = keyOf(`${address}:${String(port)}`);
        if (!key) throw new AppError('host_unreachable', 'The machine does not answer');
        return Promise.resolve(key);
      },
    },
    generation: {
      get fault() {
        return whole.fault;
      },
      accepted: { id: 'g1', revision: 0, at: 1 },
      position: async () => Promise.resolve({ generation: 'g1', revision: 0 }),
      accept: async (expected: string | undefined) => {
        if (expected !== 'g1') throw new AppError('conflict', 'The store has another generation');
        whole.fault = undefined;
        return Promise.resolve();
      },
    },
  } as unknown as ApiParts;
  const { lifecycle } = bench;
  const api = wireApi(CONFIG, { log, lifecycle, metrics: noMetrics, version: '1.2.3' }, parts);
  const server = createApiServer({
    ...{ ...CONFIG.api, host: '127.0.0.1', port: 0, webDir: '/nowhere', appsUrl: CONFIG.appsUrl },
    ...{ trustedProxies: CONFIG.trustedProxies, log, metrics: noMetrics, acts: parts.acts },
    authentication: { ...CONFIG.access, sessions, pagesUrl: CONFIG.pagesUrl },
    ...api,
  });
  return Object.assign(whole, {
    ...{ server, sessions, shown },
    calls: [...api.routers, ...api.callbacks].flatMap(callsOf),
  });
}

function productOf(bench: Bench, id: string) {
  if (id !== bench.product.id) throw new AppError('product_not_found', 'There is no such product');
  return bench.product;
}
