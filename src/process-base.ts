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

/** The connection of the commands, which must stand at start; throws `store_unavailable` when it does not. */
export async function connectStore(config: Config, base: ProcessBase, name: string): Promise<Redis> {
  return measured(owned(await connectRedis(redisOptions(config, base, name)), base, name), base);
}

/** The same where it may come later: a proxy starts without Redis too, from its snapshot. */
export function openStore(config: Config, base: ProcessBase, name: string): Redis {
  return measured(openFeed(config, base, name), base);
}

/** A further connection, for what blocks or subscribes: it says nothing about the metric `ark_redis_up`. */
export function openFeed(config: Config, base: ProcessBase, name: string): Redis {
  return owned(openRedis(redisOptions(config, base, name)), base, name);
}

function redisOptions(config: Config, { log }: ProcessBase, name: string) {
  return {
    url: config.redis.url.reveal(),
    name,
    onError: (error: Error) => {
      log.debug('redis connection lost', { dependency: 'redis', error });
    },
  };
}

function measured(redis: Redis, { metrics }: ProcessBase): Redis {
  const note = (): void => {
    metrics.redisUp(redis.status === 'ready');
  };
  note();
  for (const event of ['ready', 'close', 'end']) redis.on(event, note);
  return redis;
}

function owned(redis: Redis, { lifecycle }: ProcessBase, name: string): Redis {
  lifecycle.add(`redis ${name}`, {
    close: () => {
      redis.disconnect();
    },
  });
  return redis;
}
