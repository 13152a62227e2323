import { expect, test } from '@jest/globals';
import { projectOf } from '../../../src/deployments/instance.ts';
import { aHost } from '../bench.ts';
import { benchPerTest } from '../bench-per-test.ts';
import { dump } from '../dump.ts';
import { abandon, must, reach, store, storeAgain } from '../records.ts';

const at = benchPerTest();

test('a link waits from the first order until nothing is to come, and again from the next order', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  expect(await bench.route(instance.id)).toMatchObject({ state: 'updating', seq: '0' });
  await reach(bench, deployment, 'claimed');
  await abandon(bench, deployment.id);
  const second = await storeAgain(bench, instance);

  await bench.store.finish(deployment.id, []);
  expect(await bench.route(instance.id)).toMatchObject({ state: 'updating', seq: '0' });
  await bench.store.cancel(second.deployment.id, 'ana');
  expect(await bench.route(instance.id)).toMatchObject({ state: 'withdrawn', seq: '0' });

  const third = await storeAgain(bench, instance);
  const waits = must((await bench.route(instance.id)) ?? undefined);
  expect(waits).toMatchObject({ state: 'updating' });
  const { seq } = await reach(bench, third.deployment, 'retiring', 2);
  expect(await bench.route(instance.id)).toMatchObject({ state: 'live', seq });
  expect(Number(seq)).toBeGreaterThan(Number(waits['seq']));
});

test('an order that replaces the waiting one changes nothing about the waiting link', async () => {
  const bench = at();
  const { instance } = await store(bench);
  const before = await bench.route(instance.id);

  await storeAgain(bench, instance);

  expect(await bench.route(instance.id)).toEqual(before);
});

test('a deployment beside what is live leaves the route alone, also when it fails', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'retiring');
  await bench.store.finish(deployment.id, []);
  const before = await bench.route(instance.id);
  const second = await storeAgain(bench, instance);
  await reach(bench, second.deployment, 'claimed', 2);
  await abandon(bench, second.deployment.id);

  await bench.store.finish(second.deployment.id, []);

  expect(await bench.route(instance.id)).toEqual({ ...before, revision: expect.any(Number) });
});

test('the link of an instance that never ran is gone with its removal', async () => {
  const bench = at();
  const { instance } = await store(bench);
  const { deployment } = await storeAgain(bench, instance, { kind: 'destroy' });

  const { seq } = await reach(bench, deployment, 'claimed');

  expect(await bench.route(instance.id)).toMatchObject({ state: 'withdrawn', seq });
});

test('after a switch it is success, and lock and slot are free', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'retiring');
  expect(await bench.store.load(aHost().id)).toMatchObject({ active: [deployment.id] });

  expect(await bench.store.finish(deployment.id, [])).toBe(true);

  expect(await bench.store.deployment(deployment.id)).toMatchObject({
    ...{ phase: 'succeeded', finished_at: bench.now },
  });
  expect(await bench.store.instance(instance.id)).toMatchObject({ active: '' });
  expect(await bench.store.load(aHost().id)).toEqual({ active: [], waiting: [] });
  expect(await bench.store.open()).toEqual([]);
});

test('a failure stays a failure', async () => {
  const bench = at();
  const { deployment } = await store(bench);
  await reach(bench, deployment, 'deploying');
  await abandon(bench, deployment.id);

  expect(await bench.store.finish(deployment.id, [])).toBe(true);
  expect(await bench.store.deployment(deployment.id)).toMatchObject({ phase: 'failed' });
});

test('what is undecided cannot be finished', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'verifying');

  expect(await bench.store.finish(deployment.id, [])).toBe(false);
  expect(await bench.store.instance(instance.id)).toMatchObject({ active: deployment.id });
});

test('finishing again changes nothing', async () => {
  const bench = at();
  const { deployment } = await store(bench);
  await reach(bench, deployment, 'retiring');
  await bench.store.finish(deployment.id, []);
  const before = await dump(bench.redis, bench.prefix);
  bench.now += 60_000;

  expect(await bench.store.finish(deployment.id, [])).toBe(true);
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test('a late finish takes nothing from whoever holds lock and slot now', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'retiring');
  await bench.store.finish(deployment.id, []);
  const next = await storeAgain(bench, instance);
  await reach(bench, next.deployment, 'claimed', 2);

  await bench.store.finish(deployment.id, []);

  expect(await bench.store.instance(instance.id)).toMatchObject({ active: next.deployment.id });
  expect(await bench.store.load(aHost().id)).toMatchObject({ active: [next.deployment.id] });
});

test('only the ports of removed projects rest; those of what is live stay used', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  const first = await reach(bench, deployment, 'retiring');
  await bench.store.finish(deployment.id, []);
  const again = await storeAgain(bench, instance);
  const second = await reach(bench, again.deployment, 'retiring', 2);

  await bench.store.finish(second.id, [projectOf(instance.id, first.seq)]);

  const used = await bench.redis.hgetall(`${bench.prefix}host:cl-a:ports`);
  const live = projectOf(instance.id, second.seq);
  expect(used).toEqual({ '20003': live, '20004': live, '20005': live });
  const until = String(bench.now + 86_400_000);
  expect(await bench.redis.zrange(`${bench.prefix}host:cl-a:quarantine`, '0', '-1', 'WITHSCORES')).toEqual([
    ...['20000', until, '20001', until, '20002', until],
  ]);
});
