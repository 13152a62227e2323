import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { acceptGeneration } from '../../src/routing/accepted-generation.ts';
import type { Heartbeat } from '../../src/routing/route-store.ts';
import type { RouteSync } from '../../src/routing/route-sync.ts';
import { endpointId } from './proxy-under-test.ts';
import type { RedisRoutes } from './redis-routes.ts';
import { PREFIX, startRedisRoutes } from './redis-routes.ts';
import { eventually } from './wire.ts';

let routes: RedisRoutes;
const i1 = endpointId('i1');
const i2 = endpointId('i2');
const at = (port: number): { host: string; port: number } => ({ host: '10.0.0.5', port });

beforeEach(async () => {
  routes = await startRedisRoutes();
});
afterEach(async () => routes.close());

const live = async (endpoint: typeof i1, seq: string, port: number): Promise<void> => {
  await routes.writer.put(endpoint, { state: 'live', seq, target: at(port) });
};
const portOf = (sync: RouteSync, endpoint: typeof i1): number | undefined =>
  sync.table.lookup(endpoint)?.target?.port;
const heartbeat = async (): Promise<Heartbeat> =>
  JSON.parse((await routes.redis.get(`${PREFIX}proxy:p1`)) ?? '{}') as Heartbeat;

test('routes that exist are there after the start, later ones follow at once', async () => {
  await live(i1, '1', 1001);
  const sync = routes.sync({ checkEveryMs: 60_000 });

  await sync.start();
  expect(portOf(sync, i1)).toBe(1001);
  await live(i1, '2', 1002);
  await live(i2, '1', 2001);

  await eventually(() => portOf(sync, i1) === 1002 && portOf(sync, i2) === 2001, 1_000);
  expect(sync.readiness()).toMatchObject({ ready: true, state: 'in_sync', revision: 3, routes: 2 });
});

test('a change whose message was lost is found by its revision', async () => {
  const sync = routes.sync();
  await sync.start();
  const record = { v: 1, state: 'live', target_host: '10.0.0.5', target_port: 1001, seq: '1', revision: 1 };
  await routes.redis
    .multi()
    .set(`${PREFIX}revision`, 1)
    .set(`${PREFIX}route:i1`, JSON.stringify(record))
    .zadd(`${PREFIX}routes`, 1, 'i1')
    .exec();

  await eventually(() => portOf(sync, i1) === 1001, 1_000);
});

test('a message that comes late never brings an older revision back', async () => {
  await live(i1, '1', 1001);
  const old = await routes.redis.get(`${PREFIX}route:i1`);
  await live(i1, '2', 1002);
  const sync = routes.sync();
  await sync.start();

  await routes.redis.publish(`${PREFIX}route-changes`, `{"endpoint":"i1","route":${old ?? ''}}`);
  await routes.redis.publish(`${PREFIX}route-changes`, 'not json');
  await live(i2, '1', 2001);

  await eventually(() => portOf(sync, i2) === 2001);
  expect(portOf(sync, i1)).toBe(1002);
});

test('the heartbeat acknowledges a revision at once, and tells what drains', async () => {
  await live(i1, '1', 1001);
  const sync = routes.sync();
  await sync.start();
  const end = sync.exchanges.begin(at(1001));

  await live(i1, '2', 1002);
  const { revision } = (await routes.store.get(i1)) ?? { revision: 0 };
  const endAt = Date.now() + 500;
  while ((await heartbeat()).revision < revision && Date.now() < endAt);

  expect(await heartbeat()).toMatchObject({ revision, draining: { '10.0.0.5:1001': 1 } });
  expect(await routes.redis.zscore(`${PREFIX}proxies`, 'p1')).not.toBeNull();
  end();
  await eventually(() => Object.keys(sync.exchanges.draining(sync.table)).length === 0);
});

test('Redis away: known routes stay, unknown ones are unavailable and never unknown', async () => {
  await live(i1, '1', 1001);
  const sync = routes.sync();
  await sync.start();
  expect(await sync.lookup.ask(i2)).toEqual({ kind: 'unknown' });

  await routes.server.kill();
  await eventually(() => sync.readiness().state === 'store_away');

  expect(sync.lookup.find(i1)).toMatchObject({ kind: 'route' });
  expect(sync.lookup.find(i2)).toEqual({ kind: 'unavailable' });
  expect(await sync.lookup.ask(i2)).toEqual({ kind: 'unavailable' });
});

test('Redis away: an id that was unknown a moment ago is unavailable at once', async () => {
  const sync = routes.sync({ checkEveryMs: 60_000 });
  await sync.start();
  expect(await sync.lookup.ask(i1)).toEqual({ kind: 'unknown' });
  expect(sync.lookup.find(i1)).toEqual({ kind: 'unknown' });

  await routes.server.kill();
  await eventually(() => sync.lookup.find(i1)?.kind === 'unavailable', 500);
});

test('after a reconnect everything is read again', async () => {
  await live(i1, '1', 1001);
  const sync = routes.sync();
  await sync.start();

  await routes.server.restart();
  await eventually(() => routes.redis.status === 'ready');
  await live(i2, '1', 2001);

  await eventually(() => portOf(sync, i2) === 2001 && sync.readiness().ready);
  expect(portOf(sync, i1)).toBe(1001);
});

test('known routes are let go when nobody could compare them for too long', async () => {
  await live(i1, '1', 1001);
  const sync = routes.sync({ staleRoutesMs: 300 });
  await sync.start();

  await routes.server.kill();

  await eventually(() => sync.lookup.find(i1)?.kind === 'unavailable');
});

test.each([
  ['a wiped store', 'missing', ['DEL', `${PREFIX}generation`]],
  ['another generation', 'other_generation', ['SET', `${PREFIX}generation`, 'g2']],
  ['a restored older store', 'smaller_revision', ['SET', `${PREFIX}revision`, '0']],
])('%s changes nothing until an operator accepts it', async (_name, state, command) => {
  await live(i1, '1', 1001);
  const sync = routes.sync();
  await sync.start();

  await routes.redis.call(...(command as [string, ...string[]]));
  await eventually(() => sync.readiness().state === state);
  const record = { v: 1, state: 'live', target_host: '10.0.0.5', target_port: 9, seq: '9', revision: 2 };
  await routes.redis.set(`${PREFIX}route:i1`, JSON.stringify(record));
  await routes.redis.publish(`${PREFIX}route-changes`, JSON.stringify({ endpoint: 'i1', route: record }));
  await routes.redis.publish(`${PREFIX}route-changes`, JSON.stringify({ endpoint: 'i2', route: record }));
  await new Promise((resolve) => setTimeout(resolve, 250));

  expect(portOf(sync, i1)).toBe(1001);
  expect(sync.lookup.find(i2)).toEqual({ kind: 'unavailable' });
  const generation = (await routes.redis.get(`${PREFIX}generation`)) ?? 'g3';
  await routes.redis.set(`${PREFIX}generation`, generation);
  await acceptGeneration(routes.stateDir, { id: generation, revision: 0, at: Date.now() });

  await eventually(() => sync.readiness().ready && portOf(sync, i1) === 9);
});

test('a start without Redis serves the snapshot, and Redis again takes over', async () => {
  await live(i1, '1', 1001);
  const first = routes.sync();
  await first.start();
  await first.close();
  await routes.server.kill();

  const second = routes.sync();
  await second.start();
  expect(second.lookup.find(i1)).toMatchObject({ kind: 'route' });
  expect(second.readiness()).toMatchObject({ ready: false, state: 'store_away', revision: 1 });

  await routes.server.start();
  await eventually(() => second.readiness().ready);
});

test('a route without a target is in the table and outlives a start without Redis', async () => {
  await routes.writer.put(i1, { state: 'updating', seq: '0' });
  const first = routes.sync();
  await first.start();
  expect(first.lookup.find(i1)).toMatchObject({ route: { state: 'updating', target: undefined } });
  await first.close();
  await routes.server.kill();

  const second = routes.sync();
  await second.start();

  expect(second.lookup.find(i1)).toMatchObject({ route: { state: 'updating', target: undefined } });
});

test('a torn snapshot is as good as none', async () => {
  await writeFile(join(routes.stateDir, 'routes-p1.json'), '{"v":1,"routes":{"i1"');
  await routes.server.kill();
  const sync = routes.sync();

  await sync.start();

  expect(sync.lookup.find(i1)).toEqual({ kind: 'unavailable' });
});
