import { describe, expect, test } from '@jest/globals';
import { aHost } from '../bench.ts';
import { benchPerTest } from '../bench-per-test.ts';
import { dump } from '../dump.ts';
import { abandon, claimBy, reach, store, storeAgain } from '../records.ts';

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

describe('a removal', () => {
  async function ordered(phase: 'waiting' | 'queued' | 'claimed') {
    const bench = at();
    const { instance, deployment } = await store(bench);
    await reach(bench, deployment, 'retiring');
    await bench.store.finish(deployment.id, []);
    const removal = await storeAgain(bench, instance, { kind: 'destroy' });
    await reach(bench, removal.deployment, phase, 2);
    return { bench, instance, removal: removal.deployment };
  }

  test.each([
    ['waiting', 'cancelled'],
    ['queued', 'cancelling'],
  ] as const)('that is %s is undone: the instance is wanted as before', async (phase, kind) => {
    const { bench, instance, removal } = await ordered(phase);

    expect(await bench.store.cancel(removal.id, 'ana')).toEqual({ kind });

    expect(await bench.store.instance(instance.id)).toMatchObject({ desired: 'present' });
    expect((await claimBy(bench, removal, 2)).kind).not.toBe('granted');
    expect((await storeAgain(bench, instance)).outcome).toEqual({ kind: 'created' });
  });

  test('that claimed is not cancelled, and nothing changes', async () => {
    const { bench, removal } = await ordered('claimed');
    const before = await dump(bench.redis, bench.prefix);

    expect(await bench.store.cancel(removal.id, 'ana')).toEqual({ kind: 'already_removing' });
    expect(await dump(bench.redis, bench.prefix)).toEqual(before);
  });

  test('ordered anew is not undone by the end of the cancelled one', async () => {
    const { bench, instance, removal } = await ordered('queued');
    await bench.store.cancel(removal.id, 'ana');
    const second = await storeAgain(bench, instance, { kind: 'destroy' });

    await bench.store.advance(removal.id, { from: ['queued'], to: 'cancelled', finish: true });

    expect(second.outcome).toEqual({ kind: 'created' });
    expect(await bench.store.instance(instance.id)).toMatchObject({ desired: 'absent' });
  });

  test('that failed after its claim stays ordered, also when its repetition is cancelled', async () => {
    const { bench, instance, removal } = await ordered('claimed');
    await abandon(bench, removal.id);
    await bench.store.finish(removal.id, []);
    const again = await storeAgain(bench, instance, { kind: 'destroy' });

    await bench.store.cancel(again.deployment.id, 'ana');

    expect(await bench.store.instance(instance.id)).toMatchObject({ desired: 'absent' });
  });

  test('leaves no wish behind of the order that it replaced', async () => {
    const { bench, instance, removal } = await ordered('waiting');
    await bench.store.cancel(removal.id, 'ana');
    const live = (await bench.store.instance(instance.id))?.live_release;
    await storeAgain(bench, instance);
    const second = await storeAgain(bench, instance, { kind: 'destroy' });

    await bench.store.cancel(second.deployment.id, 'ana');

    expect(await bench.store.instance(instance.id)).toMatchObject({ desired_release: live });
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
