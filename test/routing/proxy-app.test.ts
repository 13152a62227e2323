import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { noLog } from '../../src/platform/logger.ts';
import { noMetrics } from '../../src/platform/metrics.ts';
import type { Redis } from '../../src/platform/redis.ts';
import { openRedis } from '../../src/platform/redis.ts';
import { ProxyApp } from '../../src/routing/proxy-app.ts';
import type { Heartbeat } from '../../src/routing/route-store.ts';
import { RedisRouteStore } from '../../src/routing/redis-route-store.ts';
import { freePort } from '../testbed/redis.ts';
import { endpointId } from './proxy-under-test.ts';
import type { RedisRoutes } from './redis-routes.ts';
import { PREFIX, startRedisRoutes } from './redis-routes.ts';
import type { TargetServer } from './wire.ts';
import { ask, eventually, startTarget, statusOf } from './wire.ts';

let routes: RedisRoutes;
let one: TargetServer;
let two: TargetServer;
let port: number;
const apps: ProxyApp[] = [];
const connections: Redis[] = [];
const i1 = endpointId('i1');

beforeEach(async () => {
  routes = await startRedisRoutes();
  one = await startTarget((_request, response) => void setTimeout(() => response.end('one'), 5));
  two = await startTarget((_request, response) => void setTimeout(() => response.end('two'), 5));
  port = await freePort();
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close(500);
  for (const connection of connections.splice(0)) connection.disconnect();
  await one.close();
  await two.close();
  await routes.close();
});

async function startApp(proxyId: string): Promise<ProxyApp> {
  const [redis, subscriber] = ['a', 'b'].map((name) => openRedis({ url: routes.server.url, name })) as [
    Redis,
    Redis,
  ];
  connections.push(redis, subscriber);
  const app = new ProxyApp({
    store: new RedisRouteStore({ redis, subscriber, prefix: PREFIX }),
    ...{ proxyId, stateDir: routes.stateDir, staleRoutesMs: 60_000, log: noLog, metrics: noMetrics },
    ...{ trustedProxies: [], engine: 'middleware', checkEveryMs: 100, storeWaitMs: 500 },
  });
  await app.start({ port, host: '127.0.0.1' });
  apps.push(app);
  return app;
}
const live = async (seq: number, target: TargetServer): Promise<number> => {
  const address = { host: '127.0.0.1', port: target.port };
  const written = await routes.writer.put(i1, { state: 'live', seq: String(seq), target: address });
  if (!written.applied) throw new Error(written.refusal);
  return written.revision;
};
const acknowledged = async (proxyId: string, revision: number): Promise<void> => {
  const endAt = Date.now() + 2_000;
  for (;;) {
    const text = (await routes.redis.get(`${PREFIX}proxy:${proxyId}`)) ?? '{}';
    if ((JSON.parse(text) as Partial<Heartbeat>).revision === revision) return;
    if (Date.now() > endAt) throw new Error('not acknowledged');
  }
};
const get = async (path: string): Promise<string> => ask(port, [`GET ${path} HTTP/1.1`, 'Host: h']);

test('a route put into Redis leads to its target, a withdrawn one to 410', async () => {
  await startApp('p1');
  expect(statusOf(await get('/instances/i1/'))).toBe(404);

  await acknowledged('p1', await live(1, one));
  expect(await get('/instances/i1/')).toContain('one');
  await routes.writer.withdraw(i1, '2');
  await acknowledged('p1', 2);

  expect(statusOf(await get('/instances/i1/'))).toBe(410);
});

test('case 96: once both proxies have acknowledged, no request reaches the old target; none is lost before', async () => {
  await startApp('p1');
  await startApp('p2');
  let current = await live(1, one);
  for (const proxy of ['p1', 'p2']) await acknowledged(proxy, current);
  const failures: string[] = [];
  let served = 0;
  let running = true;
  const visitors = Array.from({ length: 8 }, async () => {
    while (running) {
      const answer = await get('/instances/i1/').catch(String);
      if (/one|two/.test(answer)) served += 1;
      else failures.push(answer);
    }
  });

  for (let seq = 2; seq <= 7; seq += 1) {
    const target = seq % 2 === 0 ? two : one;
    current = await live(seq, target);
    for (const proxy of ['p1', 'p2']) await acknowledged(proxy, current);
    const after = await Promise.all(Array.from({ length: 6 }, async () => get('/instances/i1/')));
    expect(after.filter((answer) => !answer.includes(seq % 2 === 0 ? 'two' : 'one'))).toEqual([]);
  }
  running = false;
  await Promise.all(visitors);

  expect(failures).toEqual([]);
  expect(served).toBeGreaterThan(20);
});

test('case 95: Redis goes away and comes back; the known link never notices', async () => {
  await startApp('p1');
  await acknowledged('p1', await live(1, one));

  await routes.server.kill();
  expect(await get('/instances/i1/')).toContain('one');
  const unknown = async (): Promise<number> => statusOf(await get('/instances/other/'));
  expect(await unknown()).toBe(503);
  await routes.server.start();
  const endAt = Date.now() + 5_000;
  while ((await unknown()) !== 404 && Date.now() < endAt);

  expect(await unknown()).toBe(404);
  expect(await get('/instances/i1/')).toContain('one');
});

test('livez and readyz are pages of the proxy; readiness turns red without Redis', async () => {
  await startApp('p1');

  expect(statusOf(await get('/livez'))).toBe(200);
  expect(statusOf(await get('/readyz'))).toBe(200);
  await routes.server.kill();
  const endAt = Date.now() + 3_000;
  while (statusOf(await get('/readyz')) === 200 && Date.now() < endAt);

  expect(statusOf(await get('/readyz'))).toBe(503);
  expect(statusOf(await get('/livez'))).toBe(200);
  expect(statusOf(await get('/instances/livez/'))).toBe(503);
});

test('case 102: one of two proxies leaves under load and no request is lost', async () => {
  await startApp('p1');
  const leaving = await startApp('p2');
  const revision = await live(1, one);
  for (const proxy of ['p1', 'p2']) await acknowledged(proxy, revision);
  let failed = 0;
  let visits = 0;
  let running = true;
  // Connections that are kept, as those of nginx.
  const visitors = Array.from({ length: 6 }, async () => {
    while (running) {
      const answer = await fetch(`http://127.0.0.1:${String(port)}/instances/i1/`).catch(() => undefined);
      if ((await answer?.text()) !== 'one') failed += 1;
      visits += 1;
    }
  });
  await eventually(() => visits > 50);

  await leaving.close(2_000);
  apps.splice(apps.indexOf(leaving), 1);
  const before = visits;
  await eventually(() => visits > before + 50);
  running = false;
  await Promise.all(visitors);

  expect(failed).toBe(0);
});
