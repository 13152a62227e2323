import { afterAll, expect, test } from '@jest/globals';
import type { Config } from '../src/config/config.ts';
import { Lifecycle } from '../src/platform/lifecycle.ts';
import { noLog } from '../src/platform/logger.ts';
import { createMetrics, type Metrics } from '../src/platform/metrics.ts';
import { pollUntil } from '../src/platform/polling.ts';
import { Secret } from '../src/platform/secret.ts';
import { openFeed, openStore } from '../src/process-base.ts';
import { startRedis } from './testbed/redis.ts';

const ends: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of ends) await end();
});

async function isUp(metrics: Metrics): Promise<boolean> {
  return (await metrics.expose()).text.includes('ark_redis_up 1');
}

test('the metric says whether the connection of the commands stands, whatever the feeds do', async () => {
  const server = await startRedis();
  const base = { log: noLog, metrics: createMetrics(), lifecycle: new Lifecycle(), version: '1' };
  ends.push(
    () => base.lifecycle.close(1_000),
    () => server.close(),
  );
  const config = { redis: { url: new Secret(server.url), prefix: 'ark:{t}:' } } as Config;
  const [store, feed] = [openStore(config, base, 'store'), openFeed(config, base, 'feed')];
  const { signal } = new AbortController();
  const until = async (up: boolean) =>
    pollUntil(async () => (await isUp(base.metrics)) === up || undefined, {
      timeoutMs: 5_000,
      everyMs: 10,
      signal,
    });

  await until(true);
  await pollUntil(async () => Promise.resolve(feed.status === 'ready' || undefined), {
    timeoutMs: 5_000,
    everyMs: 10,
    signal,
  });
  feed.disconnect();
  await pollUntil(async () => Promise.resolve(feed.status === 'end' || undefined), {
    timeoutMs: 5_000,
    everyMs: 10,
    signal,
  });
  await store.ping();
  expect(await isUp(base.metrics)).toBe(true);

  await server.kill();
  await until(false);
  await server.start();
  expect(await until(true)).toBe(true);
});
