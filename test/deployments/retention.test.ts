import { expect, test } from '@jest/globals';
import type { Deployment } from '../../src/deployments/deployment.ts';
import type { Instance } from '../../src/deployments/instance.ts';
import type { Bench } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { dump } from './dump.ts';
import { abandon, aBuildMark, must, reach, store, storeAgain } from './records.ts';

const at = benchPerTest();
const DAY_MS = 86_400_000;
const NEWEST_KEPT = 20;

/** An instance with something live. */
async function live(bench: Bench) {
  const stored = await store(bench);
  await reach(bench, stored.deployment, 'retiring');
  await bench.store.finish(stored.deployment.id, []);
  return stored;
}

/** So many deployments that claimed and failed, a second apart. */
async function failures(bench: Bench, instance: Instance, count: number): Promise<Deployment[]> {
  const failed: Deployment[] = [];
  for (let number = 2; number < count + 2; number += 1) {
    bench.now += 1_000;
    const { deployment } = await storeAgain(bench, instance);
    await reach(bench, deployment, 'deploying', number);
    await abandon(bench, deployment.id);
    await bench.store.finish(deployment.id, []);
    failed.push(deployment);
  }
  return failed;
}

/** Every key and member that names this id. */
async function tracesOf(bench: Bench, id: string): Promise<readonly string[]> {
  const all = await dump(bench.redis, bench.prefix);
  return Object.entries(all)
    .filter(([key, value]) => key !== 'events' && (key.includes(id) || JSON.stringify(value).includes(id)))
    .map(([key]) => key);
}

test('90 days after its end a deployment is forgotten with all that belongs to it', async () => {
  const bench = at();
  const { instance } = await live(bench);
  const [oldest] = await failures(bench, instance, NEWEST_KEPT + 1);
  const { id, release_id, job } = must(oldest);
  expect(await bench.store.claimedBy(job, aBuildMark(2))).toBe(id);

  bench.now += 89 * DAY_MS;
  await storeAgain(bench, instance);
  expect(await bench.store.deployment(id)).toBeDefined();
  bench.now += 2 * DAY_MS;
  await storeAgain(bench, instance);

  expect(await tracesOf(bench, id)).toEqual([]);
  expect(await tracesOf(bench, release_id)).toEqual([]);
  expect(await bench.store.claimedBy(job, aBuildMark(2))).toBeUndefined();
});

test('what is live, and the newest of an instance, are kept however old they are', async () => {
  const bench = at();
  const { instance, deployment } = await live(bench);
  const failed = await failures(bench, instance, NEWEST_KEPT + 5);

  for (let years = 0; years < 5; years += 1) {
    bench.now += 365 * DAY_MS;
    await store(bench);
  }

  const { items } = await bench.store.deployments({ limit: 200 }, { instance: instance.id });
  const newest = failed.slice(-NEWEST_KEPT).reverse();
  expect(items.map(({ id }) => id)).toEqual([...newest.map(({ id }) => id), deployment.id]);
  expect(
    await bench.store.release(must(await bench.store.instance(instance.id)).live_release as never),
  ).toBeDefined();
});

test('of a deleted instance only the record and the removal stay', async () => {
  const bench = at();
  const { instance, deployment } = await live(bench);
  const removal = (await storeAgain(bench, instance, { kind: 'destroy' })).deployment;
  await reach(bench, removal, 'claimed', 2);
  const decision = { outcome: 'removed', at: bench.now, retire: [] } as const;
  await bench.store.decide(removal.id, { decision, to: 'succeeded' });
  await bench.store.finish(removal.id, []);

  bench.now += 91 * DAY_MS;
  await store(bench);

  expect(await tracesOf(bench, deployment.id)).toEqual([]);
  expect(await bench.store.instance(instance.id)).toMatchObject({ last_deployment: removal.id });
  expect(await bench.store.deployment(removal.id)).toMatchObject({ phase: 'succeeded' });
});

test('a release stays as long as one deployment of it is known', async () => {
  const bench = at();
  const { instance, deployment, release } = await live(bench);
  const { id } = release.release;
  expect(await bench.redis.get(`${bench.prefix}release:${id}:uses`)).toBe('1');

  const again = { kind: 'deploy', release_id: id, created_at: bench.now + 1 } as const;
  const repeated = await bench.store.create({
    deployment: { ...deployment, ...again, id: 'd-00000000000000000001' as Deployment['id'] },
  });

  expect(repeated).toEqual({ kind: 'created' });
  expect(await bench.redis.get(`${bench.prefix}release:${id}:uses`)).toBe('2');
  expect(await bench.store.instance(instance.id)).toMatchObject({ live_release: id });
});
