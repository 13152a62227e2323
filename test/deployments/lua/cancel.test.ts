import { expect, test } from '@jest/globals';
import { aHost } from '../bench.ts';
import { benchPerTest } from '../bench-per-test.ts';
import { dump } from '../dump.ts';
import { reach, store, storeAgain } from '../records.ts';

const at = benchPerTest();

test('what waits is cancelled and finished at once', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);

  expect(await bench.store.cancel(deployment.id, 'ana')).toEqual({ kind: 'cancelled' });

  expect(await bench.store.deployment(deployment.id)).toMatchObject({
    ...{ phase: 'cancelled', cancel: { by: 'ana' }, finished_at: bench.now },
  });
  expect(await bench.store.instance(instance.id)).toMatchObject({ waiting: '', desired_release: '' });
  expect(await bench.store.load(aHost().id)).toEqual({ active: [], waiting: [] });
});

test.each(['triggering', 'queued', 'claimed', 'deploying', 'verifying'] as const)(
  'what is %s is flagged and keeps phase, lock and slot',
  async (phase) => {
    const bench = at();
    const { instance, deployment } = await store(bench);
    await reach(bench, deployment, phase);

    expect(await bench.store.cancel(deployment.id, 'ana')).toEqual({ kind: 'cancelling' });

    expect(await bench.store.deployment(deployment.id)).toMatchObject({ phase, cancel: { by: 'ana' } });
    expect(await bench.store.instance(instance.id)).toMatchObject({
      ...{ active: deployment.id, desired_release: '' },
    });
    expect(await bench.store.load(aHost().id)).toMatchObject({ active: [deployment.id] });
  },
);

test('after the switch it is too late, and nothing changes', async () => {
  const bench = at();
  const { deployment } = await store(bench);
  await reach(bench, deployment, 'retiring');
  const before = await dump(bench.redis, bench.prefix);

  expect(await bench.store.cancel(deployment.id, 'ana')).toEqual({ kind: 'already_live' });
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test('what has ended cannot be cancelled', async () => {
  const bench = at();
  const { deployment } = await store(bench);
  await reach(bench, deployment, 'retiring');
  await bench.store.finish(deployment.id, []);
  const before = await dump(bench.redis, bench.prefix);

  expect(await bench.store.cancel(deployment.id, 'ana')).toEqual({ kind: 'ended', phase: 'succeeded' });
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test('the words of who cancels are kept, and are the reason of what waited', async () => {
  const bench = at();
  const { deployment } = await store(bench);

  await bench.store.cancel(deployment.id, 'ana', 'wrong client');

  expect(await bench.store.deployment(deployment.id)).toMatchObject({
    cancel: { by: 'ana', at: bench.now, why: 'wrong client' },
    reason: { code: 'cancelled', detail: 'Cancelled by ana: wrong client' },
  });
});

test('the first who cancels is remembered', async () => {
  const bench = at();
  const { deployment } = await store(bench);
  await reach(bench, deployment, 'queued');

  await bench.store.cancel(deployment.id, 'ana');
  await bench.store.cancel(deployment.id, 'bob');

  expect(await bench.store.deployment(deployment.id)).toMatchObject({ cancel: { by: 'ana' } });
});

test('the desired release goes back to the live one', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'retiring');
  await bench.store.finish(deployment.id, []);
  const again = await storeAgain(bench, instance);
  await reach(bench, again.deployment, 'queued', 2);

  await bench.store.cancel(again.deployment.id, 'ana');

  expect(await bench.store.instance(instance.id)).toMatchObject({
    desired_release: deployment.release_id,
    live_release: deployment.release_id,
  });
});

test('the desired release goes back to the one under way, if there is one', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'queued');
  const waits = await storeAgain(bench, instance);

  await bench.store.cancel(waits.deployment.id, 'ana');

  expect(await bench.store.instance(instance.id)).toMatchObject({
    ...{ desired_release: deployment.release_id, live_release: '', active: deployment.id },
  });
});

test('the cancel of an older order leaves the wish of the newer one', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'queued');
  const waits = await storeAgain(bench, instance);

  await bench.store.cancel(deployment.id, 'ana');

  expect(await bench.store.instance(instance.id)).toMatchObject({
    desired_release: waits.deployment.release_id,
  });
});
