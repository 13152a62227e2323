import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { noLog } from '../../src/platform/logger.ts';
import { acceptGeneration } from '../../src/routing/accepted-generation.ts';
import { GenerationWatch } from '../../src/routing/generation-watch.ts';
import { endpointId } from './proxy-under-test.ts';
import type { RedisRoutes } from './redis-routes.ts';
import { PREFIX, startRedisRoutes } from './redis-routes.ts';
import { eventually } from './wire.ts';

let routes: RedisRoutes;
const watches: GenerationWatch[] = [];
const i1 = endpointId('i1');

beforeEach(async () => {
  routes = await startRedisRoutes();
});
afterEach(async () => {
  for (const watch of watches.splice(0)) await watch.close();
  await routes.close();
});

/** What the coordinator has of the store's generation. */
async function startWatch(stateDir = routes.stateDir): Promise<GenerationWatch> {
  const { redis, store } = routes;
  const watch = new GenerationWatch({
    ...{ redis, prefix: PREFIX, store, stateDir, log: noLog, checkEveryMs: 20 },
  });
  watches.push(watch);
  await watch.start();
  return watch;
}
/** Until a process has on disk that the store came as far as this. */
const untilRemembered = async (revision: number, owner = 'coordinator'): Promise<void> => {
  const path = join(routes.stateDir, `seen-${owner}.json`);
  await eventually(() => readFileSync(path, 'utf8').includes(`"revision":${String(revision)},`));
};
const live = async (port: number, seq: number): Promise<void> => {
  const target = { host: '10.0.0.5', port };
  await routes.writer.put(i1, { state: 'live', seq: String(seq), target });
};
/** Redis as it was after its first change, brought back from a backup. */
const restoreOld = async (): Promise<void> => {
  const record = { v: 1, state: 'live', target_host: '10.0.0.5', target_port: 1001, seq: '1', revision: 1 };
  await routes.redis
    .multi()
    .set(`${PREFIX}revision`, 1)
    .set(`${PREFIX}route:i1`, JSON.stringify(record))
    .zadd(`${PREFIX}routes`, 1, 'i1')
    .exec();
};

test('a coordinator that was away refuses a store that was restored meanwhile', async () => {
  const first = await startWatch();
  for (let n = 1; n <= 5; n += 1) await live(1000 + n, n);
  await first.close();
  await restoreOld();

  const second = await startWatch();

  expect(second.fault).toContain('smaller_revision');
});

test('a coordinator that was killed remembers what it saw a second ago', async () => {
  await startWatch();
  await live(1001, 1);
  await live(1002, 2);
  await untilRemembered(2);
  await restoreOld();

  const next = await startWatch();

  expect(next.fault).toContain('smaller_revision');
});

test('a proxy without its snapshot refuses a store that was restored while it was away', async () => {
  const first = routes.sync();
  await first.start();
  for (let n = 1; n <= 5; n += 1) await live(1000 + n, n);
  await eventually(() => first.readiness().revision === 5);
  await first.close();
  rmSync(join(routes.stateDir, 'routes-p1.json'));
  await restoreOld();

  const second = routes.sync();
  await second.start();

  expect(second.readiness()).toMatchObject({ ready: false, state: 'smaller_revision' });
});

test('what an operator accepted while a process was away counts, not what the process saw before', async () => {
  const [watch, sync] = [await startWatch(), routes.sync()];
  await sync.start();
  for (let n = 1; n <= 5; n += 1) await live(1000 + n, n);
  await eventually(() => sync.readiness().revision === 5);
  await untilRemembered(5);
  await watch.close();
  await sync.close();
  await restoreOld();
  await acceptGeneration(routes.stateDir, { id: 'g1', revision: 1, at: Date.now() });

  const [nextWatch, nextSync] = [await startWatch(), routes.sync()];
  await nextSync.start();

  expect(nextWatch.fault).toBeUndefined();
  expect(nextSync.readiness()).toMatchObject({ ready: true, revision: 1 });
  expect(nextSync.table.lookup(i1)?.target?.port).toBe(1001);
});

test('a snapshot from before an acceptance is not served', async () => {
  const first = routes.sync();
  await first.start();
  await live(1001, 1);
  await eventually(() => first.readiness().revision === 1);
  await first.close();
  await acceptGeneration(routes.stateDir, { id: 'g1', revision: 0, at: Date.now() });
  await routes.server.kill();

  const second = routes.sync();
  await second.start();

  expect(second.lookup.find(i1)).toEqual({ kind: 'unavailable' });
});

test('of processes that meet their first store at once, none takes the word of another for an acceptance', async () => {
  const proxies = ['p1', 'p2', 'p3'].map((proxyId) => routes.sync({ proxyId }));
  const [watch] = await Promise.all([startWatch(), ...proxies.map(async (sync) => sync.start())]);
  for (let n = 1; n <= 5; n += 1) await live(1000 + n, n);
  for (const owner of ['coordinator', 'p1', 'p2', 'p3']) await untilRemembered(5, owner);

  await restoreOld();

  await eventually(() => watch.fault?.includes('smaller_revision') === true);
  await eventually(() => proxies.every((sync) => sync.readiness().state === 'smaller_revision'));
  expect(proxies.map((sync) => sync.table.lookup(i1)?.target?.port)).toEqual([1005, 1005, 1005]);
});

/** A coordinator whose state lies elsewhere than that of the proxies. */
async function startWatchElsewhere(): Promise<GenerationWatch> {
  return startWatch(mkdtempSync(join(routes.stateDir, 'elsewhere-')));
}

test('what an operator accepts at the coordinator reaches proxies whose state lies elsewhere', async () => {
  const [watch, sync] = [await startWatchElsewhere(), routes.sync()];
  await sync.start();
  for (let n = 1; n <= 5; n += 1) await live(1000 + n, n);
  await eventually(() => sync.readiness().revision === 5);
  await untilRemembered(5, 'p1');
  await restoreOld();
  await eventually(() => sync.readiness().state === 'smaller_revision' && watch.fault !== undefined);

  await watch.accept('g1');

  expect(watch.fault).toBeUndefined();
  await eventually(() => sync.readiness().ready);
  expect(sync.table.lookup(i1)?.target?.port).toBe(1001);
});

test('a wiped store gets a generation when it is accepted', async () => {
  const [watch, sync] = [await startWatchElsewhere(), routes.sync()];
  await sync.start();
  await routes.redis.flushall();
  await eventually(() => sync.readiness().state === 'missing' && watch.fault !== undefined);

  await watch.accept(undefined);

  await eventually(() => sync.readiness().ready);
  expect((await watch.position()).generation).toBe(watch.accepted?.id);
});

test('another generation than the operator has seen is not accepted', async () => {
  const watch = await startWatchElsewhere();
  await routes.redis.set(`${PREFIX}generation`, 'g2');
  await eventually(() => watch.fault !== undefined);

  await expect(watch.accept('g1')).rejects.toMatchObject({ code: 'conflict' });
  await expect(watch.accept(undefined)).rejects.toMatchObject({ code: 'conflict' });
  expect(watch.fault).toContain('other_generation');
});

test('the word of an old acceptance that a backup brings back counts no more', async () => {
  const [watch, sync] = [await startWatchElsewhere(), routes.sync()];
  await sync.start();
  await routes.redis.set(`${PREFIX}generation`, 'g2');
  await eventually(() => watch.fault !== undefined);
  await watch.accept('g2');
  await eventually(() => sync.readiness().ready);
  for (let n = 1; n <= 5; n += 1) await live(1000 + n, n);
  await untilRemembered(5, 'p1');

  await restoreOld();

  await eventually(() => sync.readiness().state === 'smaller_revision' && watch.fault !== undefined);
});

test('the word of another installation counts nothing', async () => {
  const sync = routes.sync();
  await sync.start();
  const told = { id: 'g9', revision: 0, at: Date.now() + 1_000, replaces: ['g8'] };
  await routes.redis.mset(`${PREFIX}generation`, 'g9', `${PREFIX}accepted_generation`, JSON.stringify(told));

  await eventually(() => sync.readiness().state === 'other_generation');
});

/** A proxy that was there once and is away now. */
async function trustOnce(): Promise<void> {
  const sync = routes.sync();
  await sync.start();
  await eventually(() => sync.readiness().ready);
  await sync.close();
}

test('an acceptance that is repeated still reaches a proxy that was away', async () => {
  const watch = await startWatchElsewhere();
  await trustOnce();
  await routes.redis.set(`${PREFIX}generation`, 'g2');

  await watch.accept('g2');
  await watch.accept('g2');

  const sync = routes.sync();
  await sync.start();
  await eventually(() => sync.readiness().ready);
});

test('a proxy that was away during one acceptance takes over the next one', async () => {
  const watch = await startWatchElsewhere();
  await trustOnce();
  for (const id of ['g2', 'g3']) {
    await routes.redis.flushall();
    await routes.redis.set(`${PREFIX}generation`, id);
    await watch.accept(id);
  }

  const sync = routes.sync();
  await sync.start();
  await eventually(() => sync.readiness().ready);
});

test('an acceptance that was repeated does not speak for a backup that is restored later', async () => {
  const [watch, sync] = [await startWatchElsewhere(), routes.sync()];
  await sync.start();
  await routes.redis.set(`${PREFIX}generation`, 'g2');
  await eventually(() => watch.fault !== undefined);
  await watch.accept('g2');
  await eventually(() => sync.readiness().ready);
  await watch.accept('g2');
  for (let n = 1; n <= 5; n += 1) await live(1000 + n, n);
  await untilRemembered(5, 'p1');

  await restoreOld();

  await eventually(() => sync.readiness().state === 'smaller_revision' && watch.fault !== undefined);
});
