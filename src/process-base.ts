import type { Config } from './config/config.ts';
import type { Lifecycle } from './platform/lifecycle.ts';
import type { Logger } from './platform/logger.ts';
import type { Metrics } from './platform/metrics.ts';
import { connectRedis, openRedis, type Redis } from './platform/redis.ts';

/** What every process has, whatever its role. */
export interface ProcessBase {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly version: string;
}

/** A connection that must stand at start; throws `store_unavailable` when it does not. */
export async function connectStore(config: Config, base: ProcessBase, name: string): Promise<Redis> {
  return owned(await connectRedis(redisOptions(config, base, name)), base, name);
}

/** A connection that may come later: a proxy starts without Redis too, from its snapshot. */
export function openStore(config: Config, base: ProcessBase, name: string): Redis {
  return owned(openRedis(redisOptions(config, base, name)), base, name);
}

function redisOptions(config: Config, { log, metrics }: ProcessBase, name: string) {
  return {
    url: config.redis.url.reveal(),
    name,
    onError: (error: Error) => {
      metrics.redisUp(false);
      log.debug('redis connection lost', { dependency: 'redis', error });
    },
  };
}

function owned(redis: Redis, { metrics, lifecycle }: ProcessBase, name: string): Redis {
  metrics.redisUp(redis.status === 'ready');
  redis.on('ready', () => {
    metrics.redisUp(true);
  });
  lifecycle.add(`redis ${name}`, {
    close: () => {
      redis.disconnect();
    },
  });
  return redis;
}
