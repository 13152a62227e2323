import { expect, test } from '@jest/globals';
import type { Phase } from '../../../src/deployments/phases.ts';
import { aHost, ORDERER, type Bench } from '../bench.ts';
import { benchPerTest } from '../bench-per-test.ts';
import { dump } from '../dump.ts';
import { must, reach, store, storeAgain } from '../records.ts';

const at = benchPerTest();
const BECAUSE = { by: 'eva', why: 'Jenkins is gone' };

async function force(bench: Bench, id: Parameters<Bench['store']['deployment']>[0]) {
  return bench.breakGlass.forceFail(must(await bench.store.deployment(id)), BECAUSE);
}

test.each<Phase>(['triggering', 'queued', 'claimed', 'deploying', 'verifying'])(
  'what is %s fails, and gives lock and slot back',
  async (phase) => {
    const bench = at();
    const { instance, deployment } = await store(bench);
    const before = await reach(bench, deployment, phase);

    await force(bench, deployment.id);

    expect(await bench.store.deployment(deployment.id)).toMatchObject({
      phase: 'failed',
      reason: { code: 'force_failed', detail: 'Ended by eva: Jenkins is gone' },
      ...{ fenced_at: bench.now, finished_at: bench.now },
    });
    expect(await bench.store.load(aHost().id)).toEqual({ active: [], waiting: [] });
    const { active, last_seq: lastSeq } = must(await bench.store.instance(instance.id));
    expect(active).toBe('');
    expect(Number(lastSeq)).toBeGreaterThan(Number(before.seq || 0));
  },
);

test('what has switched stays live and only gives lock and slot back', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  const { seq } = await reach(bench, deployment, 'retiring');

  await force(bench, deployment.id);

  expect(await bench.store.deployment(deployment.id)).toMatchObject({
    phase: 'succeeded',
    decision: { outcome: 'switched' },
  });
  expect(await bench.store.instance(instance.id)).toMatchObject({ active: '', live_seq: seq });
  expect(await bench.route(instance.id)).toMatchObject({ state: 'live', seq });
});

test('what only waits is refused and stays as it is', async () => {
  const bench = at();
  const { deployment } = await store(bench);
  const before = await dump(bench.redis, bench.prefix);

  await expect(force(bench, deployment.id)).rejects.toMatchObject({ code: 'conflict' });
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test('what has ended is refused and stays as it is', async () => {
  const bench = at();
  const { deployment } = await bench.bringLive().then(({ deployment_id: id }) => ({ deployment: { id } }));
  const before = await dump(bench.redis, bench.prefix);

  await expect(force(bench, deployment.id)).rejects.toMatchObject({ code: 'already_ended' });
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test('the lease of the old build is void, and its messages change nothing', async () => {
  const bench = at();
  const { instance_id: instanceId } = await bench.order();
  await bench.core.tracker.round();
  const claim = await bench.claim(must(bench.builds.startNext()));
  await force(bench, claim.deployment_id);
  const before = await dump(bench.redis, bench.prefix);
  const { callbacks } = bench.core;
  const leased = { lease: claim.lease, deployment_id: claim.deployment_id };

  const messages = [
    () => callbacks.progress({ ...leased, stage: 'start', status: 'started' }),
    () => callbacks.ready(bench.readyMessage(claim)),
    () => callbacks.retired({ ...leased, removed: [claim.project] }),
    () => callbacks.failed({ ...leased, stage: 'start', reason: 'x', log_tail: '' }),
  ];

  for (const say of messages) await expect(say()).rejects.toMatchObject({ code: 'lease_invalid' });
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
  expect(await bench.route(instanceId)).toMatchObject({ state: 'withdrawn' });
});

test('the next deployment gets a higher seq than the one that was ended by force', async () => {
  const bench = at();
  const { instance_id: id } = await bench.order();
  await bench.core.tracker.round();
  const old = await bench.claim(must(bench.builds.startNext()));
  await force(bench, old.deployment_id);
  await bench.core.orders.deployAgain(id, {}, ORDERER);

  const { claim } = await bench.runBuild();

  expect(Number(claim.seq)).toBeGreaterThan(Number(old.seq) + 1);
});

test('a live app that the old build had stopped is deployed once more, by itself', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'retiring');
  await bench.store.finish(deployment.id, []);
  const { deployment: update } = await storeAgain(bench, instance);
  await reach(bench, update, 'deploying', 2);
  const stop = { stage: 'stop', status: 'started', at: 1 } as const;
  await bench.store.progress(update.id, stop, [instance.id]);

  await force(bench, update.id);

  const { waiting } = must(await bench.store.instance(instance.id));
  expect(await bench.store.deployment(waiting as never)).toMatchObject({
    trigger: 'recovery',
    release_id: deployment.release_id,
  });
  expect(await bench.route(instance.id)).toMatchObject({ state: 'live' });
});

test('Jenkins is told to stop the build, and need not answer', async () => {
  const bench = at();
  await bench.order();
  await bench.core.tracker.round();
  const build = must(bench.builds.startNext());
  const claim = await bench.claim(build);
  expect(await force(bench, claim.deployment_id as never)).toEqual({ jenkinsTold: true });

  await bench.order('cl-a', 'Other');
  await bench.core.tracker.round();
  const other = await bench.claim(must(bench.builds.startNext()));
  bench.builds.down = true;
  expect(await force(bench, other.deployment_id as never)).toEqual({ jenkinsTold: false });
});

test('a store that is not trusted is not written', async () => {
  const bench = at();
  const { deployment } = await store(bench);
  await reach(bench, deployment, 'claimed');
  bench.mayAct = false;

  await expect(force(bench, deployment.id)).rejects.toMatchObject({ code: 'generation_changed' });
  expect(await bench.store.deployment(deployment.id)).toMatchObject({ phase: 'claimed' });
});
