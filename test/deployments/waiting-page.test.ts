import { afterEach, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { noLog } from '../../src/platform/logger.ts';
import { noMetrics } from '../../src/platform/metrics.ts';
import { ProxyApp } from '../../src/routing/proxy-app.ts';
import { RedisRouteStore } from '../../src/routing/redis-route-store.ts';
import { freePort } from '../testbed/redis.ts';
import { ORDERER, type Bench } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { httpBench } from './http-bench.ts';
import { must } from './records.ts';
import { callOn } from './refusal.ts';
import { rounds } from './stations.ts';

const at = benchPerTest();
const ends: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A real proxy on the routes of the bench; answers as somebody with the link sees them. */
async function openLink(bench: Bench) {
  const stateDir = await mkdtemp(join(tmpdir(), 'ark-link-'));
  const redis = bench.redis.duplicate();
  const subscriber = bench.redis.duplicate();
  await bench.redis.set(`${bench.prefix}generation`, 'g1');
  const app = new ProxyApp({
    store: new RedisRouteStore({ redis, subscriber, prefix: bench.prefix }),
    ...{ proxyId: 'p1', stateDir, staleRoutesMs: 60_000, log: noLog, metrics: noMetrics },
    ...{ trustedProxies: [], engine: 'middleware', checkEveryMs: 100, storeWaitMs: 500 },
  });
  const port = await freePort();
  await app.start({ port, host: '127.0.0.1' });
  ends.push(
    () => rm(stateDir, { recursive: true, force: true }),
    () => {
      redis.disconnect();
      subscriber.disconnect();
    },
    () => app.close(500),
  );
  return (id: string) =>
    request(`http://127.0.0.1:${String(port)}`)
      .get(`/instances/${id}/`)
      .set('accept', 'text/html');
}

test('a link that was just given out shows the waiting page, until nothing is to come', async () => {
  const bench = at();
  const link = await openLink(bench);
  const order = { product_id: 'hello', client_name: 'Acme', host_id: 'cl-a' };
  const placed = await callOn(httpBench(bench).app, 'post', '/api/instances', order);
  const { instance_id, deployment_id } = placed.body as Awaited<ReturnType<Bench['order']>>;
  expect(placed.status).toBe(202);

  const page = await link(instance_id);
  expect([page.status, page.headers['retry-after']]).toEqual([503, '3']);
  expect(page.text).toContain('http-equiv="refresh"');

  await bench.core.tracker.round();
  bench.builds.end(must(bench.builds.startNext()), 'FAILURE');
  await rounds(bench);
  await bench.until(async () => (await link(instance_id)).status === 410);
  expect((await bench.store.deployment(deployment_id))?.phase).toBe('failed');

  await bench.core.orders.deployAgain(instance_id, {}, ORDERER);
  await bench.until(async () => (await link(instance_id)).status === 503);
});
