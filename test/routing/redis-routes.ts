import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noLog } from '../../src/platform/logger.ts';
import { noMetrics } from '../../src/platform/metrics.ts';
import { connectRedis, openRedis } from '../../src/platform/redis.ts';
import type { Redis } from '../../src/platform/redis.ts';
import { OpenExchanges } from '../../src/routing/open-exchanges.ts';
import { RedisRouteStore } from '../../src/routing/redis-route-store.ts';
import { RouteSync } from '../../src/routing/route-sync.ts';
import type { RouteSyncOptions } from '../../src/routing/route-sync.ts';
import type { TestRedis } from '../testbed/redis.ts';
import { startRedis } from '../testbed/redis.ts';
import { RouteWriter } from './route-writer.ts';

export const PREFIX = 'ark:{test}:';

export interface RedisRoutes {
  readonly server: TestRedis;
  /** The test's own connection. */
  readonly redis: Redis;
  readonly store: RedisRouteStore;
  readonly writer: RouteWriter;
  readonly stateDir: string;
  /** One more proxy's routes on the same store; closed with everything else. */
  sync(options?: Partial<RouteSyncOptions>): RouteSync & { readonly exchanges: OpenExchanges };
  close(): Promise<void>;
}

/** A real Redis with a generation, and proxies' tables on it. */
export async function startRedisRoutes(): Promise<RedisRoutes> {
  const server = await startRedis();
  const stateDir = await mkdtemp(join(tmpdir(), 'ark-routes-'));
  const redis = await connectRedis({ url: server.url, name: 'test' });
  await redis.set(`${PREFIX}generation`, 'g1');
  const ends: (() => Promise<void> | void)[] = [];
  return {
    ...{ server, redis, stateDir },
    store: new RedisRouteStore({ redis, prefix: PREFIX }),
    writer: new RouteWriter(redis, PREFIX),
    sync: (options = {}) => {
      const connections = ['commands', 'subscription'].map((name) => openRedis({ url: server.url, name }));
      const [commands, subscriber] = connections as [Redis, Redis];
      const exchanges = new OpenExchanges();
      const sync = new RouteSync({
        store: new RedisRouteStore({ redis: commands, subscriber, prefix: PREFIX }),
        ...{ exchanges, stateDir, proxyId: 'p1', staleRoutesMs: 60_000, log: noLog, metrics: noMetrics },
        ...{ checkEveryMs: 100, snapshotEveryMs: 50, storeWaitMs: 500 },
        ...options,
      });
      ends.push(async () => {
        await sync.close();
        for (const connection of connections) connection.disconnect();
      });
      return Object.assign(sync, { exchanges });
    },
    close: async () => {
      for (const end of ends) await end();
      redis.disconnect();
      await server.close();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}
