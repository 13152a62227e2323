import { expect, test } from '@jest/globals';
import { admitWaiting } from '../../../src/deployments/admission.ts';
import type { HostId } from '../../../src/hosts/host.ts';
import { aHost } from '../bench.ts';
import { benchPerTest } from '../bench-per-test.ts';
import { dump } from '../dump.ts';
import { reach, store, storeAgain } from '../records.ts';

const at = benchPerTest();

test('an admitted deployment holds its instance and a slot of its host', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);

  expect(await bench.store.admit(deployment.id)).toEqual({ kind: 'admitted' });

  expect(await bench.store.load(aHost().id)).toEqual({ active: [deployment.id], waiting: [] });
  expect(await bench.store.instance(instance.id)).toMatchObject({ active: deployment.id, waiting: '' });
  expect(await bench.store.deployment(deployment.id)).toMatchObject({ phase: 'triggering' });
});

test('what was admitted is admitted once', async () => {
  const bench = at();
  const { deployment } = await store(bench);
  await bench.store.admit(deployment.id);
  const before = await dump(bench.redis, bench.prefix);

  expect(await bench.store.admit(deployment.id)).toEqual({ kind: 'stale' });
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test('a host works on no more deployments than it has slots, in order of arrival', async () => {
  const bench = at();
  const orders = [await store(bench), await store(bench), await store(bench)];
  const [first, second, third] = orders.map(({ deployment }) => deployment.id);

  expect(await admitWaiting(bench.store, aHost().id)).toEqual([first, second]);
  expect(await bench.store.admit(third!)).toEqual({ kind: 'full' });

  await bench.store.advance(first!, { from: ['triggering'], to: 'rejected', finish: true });
  expect(await admitWaiting(bench.store, aHost().id)).toEqual([third]);
});

test('each host has slots of its own', async () => {
  const bench = at();
  await bench.hosts.put(aHost({ slots: 1 }));
  await bench.hosts.put(aHost({ id: 'cl-b' as HostId, slots: 1 }));
  const here = await store(bench);
  const there = await store(bench, { host_id: 'cl-b' as HostId });

  expect(await bench.store.admit(here.deployment.id)).toEqual({ kind: 'admitted' });
  expect(await bench.store.admit(there.deployment.id)).toEqual({ kind: 'admitted' });
});

test('who waits for its own instance is told by whom it is held, and holds nobody up', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'triggering');
  const second = await storeAgain(bench, instance);
  const other = await store(bench);

  expect(await bench.store.admit(second.deployment.id)).toEqual({ kind: 'held', by: deployment.id });
  expect(await admitWaiting(bench.store, aHost().id)).toEqual([other.deployment.id]);
});

test('a cordoned host takes removals only', async () => {
  const bench = at();
  await bench.hosts.put(aHost({ cordoned: true }));
  const waits = await store(bench);
  const goes = await store(bench);
  const removal = await storeAgain(bench, goes.instance, { kind: 'destroy' });

  expect(await bench.store.admit(waits.deployment.id)).toEqual({ kind: 'cordoned' });
  expect(await bench.store.admit(removal.deployment.id)).toEqual({ kind: 'admitted' });
});

test('while everything is frozen nothing is admitted', async () => {
  const bench = at();
  const { deployment } = await store(bench);
  await bench.redis.set(`${bench.prefix}frozen`, '1');

  expect(await bench.store.admit(deployment.id)).toEqual({ kind: 'frozen' });

  await bench.redis.del(`${bench.prefix}frozen`);
  expect(await bench.store.admit(deployment.id)).toEqual({ kind: 'admitted' });
});

test('an order whose host is gone is rejected and finished', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await bench.hosts.remove(aHost().id);

  expect(await bench.store.admit(deployment.id)).toEqual({ kind: 'rejected' });
  expect(await bench.store.deployment(deployment.id)).toMatchObject({
    phase: 'rejected',
    reason: { code: 'not_allowed_now' },
    finished_at: bench.now,
  });
  expect(await bench.store.instance(instance.id)).toMatchObject({ active: '', waiting: '' });
  expect(await bench.store.load(aHost().id)).toEqual({ active: [], waiting: [] });
});

test('a removal of an instance that shall stay is rejected', async () => {
  const bench = at();
  const { instance } = await store(bench);
  const { deployment } = await storeAgain(bench, instance, { kind: 'destroy' });
  await bench.redis.hset(`${bench.prefix}instance:${instance.id}`, 'desired', 'present');

  expect(await bench.store.admit(deployment.id)).toEqual({ kind: 'rejected' });
});
