import { expect, test } from '@jest/globals';
import type { Deployment, DeploymentId } from '../../src/deployments/deployment.ts';
import { Views } from '../../src/deployments/view-reader.ts';
import { aHost, HELLO, ORDERER, type Bench } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { must } from './records.ts';

// What an operator holds back on purpose, by a freeze or a cordon, does not end by its deadline.

const at = benchPerTest();
const LONG_MS = 7_200_000;

const HOLDS = {
  freeze: {
    begin: (bench: Bench) => bench.breakGlassStore.freeze({ by: 'ops', at: bench.now, why: 'moving' }),
    end: (bench: Bench) => bench.breakGlassStore.unfreeze('ops'),
  },
  cordon: {
    begin: (bench: Bench) => bench.hosts.update(aHost().id, (host) => ({ ...host, cordoned: true })),
    end: (bench: Bench) => bench.hosts.update(aHost().id, (host) => ({ ...host, cordoned: false })),
  },
} as const;

async function read(bench: Bench, id: DeploymentId): Promise<Deployment> {
  return must(await bench.store.deployment(id));
}

async function pendingOf(bench: Bench, id: DeploymentId) {
  const views = new Views({ store: bench.store, appsUrl: 'http://apps' });
  return must((await views.deployment(await read(bench, id))).pending ?? undefined);
}

async function pass(bench: Bench, ms: number): Promise<void> {
  bench.now += ms;
  await bench.core.tracker.round();
}

test.each(['freeze', 'cordon'] as const)(
  'an order outlives a %s, and then has the time that it had left',
  async (kind) => {
    const bench = at();
    const { instance_id } = await bench.bringLive();
    await HOLDS[kind].begin(bench);
    const { deployment_id } = await bench.core.orders.deployAgain(instance_id, {}, ORDERER);
    await pass(bench, 0);
    const { deadline_at } = await read(bench, deployment_id);
    await pass(bench, LONG_MS);

    expect(await read(bench, deployment_id)).toMatchObject({ phase: 'waiting', deadline_at });
    const pending = await pendingOf(bench, deployment_id);
    expect(pending).toMatchObject({
      reason: kind === 'freeze' ? 'frozen' : 'host_cordoned',
      deadline: null,
    });
    expect(pending.next).toMatch(
      kind === 'freeze' ? /^It starts after the unfreeze/ : /^It starts after the uncordon/,
    );
    expect(pending.held_by).toBe(kind === 'freeze' ? 'ops' : undefined);

    await HOLDS[kind].end(bench);
    await bench.core.tracker.round();
    const after = await read(bench, deployment_id);
    expect(after).toMatchObject({ deadline_at: deadline_at + LONG_MS, held_ms: LONG_MS });
    expect(after).not.toHaveProperty('held_at');
    await pass(bench, deadline_at + LONG_MS - bench.now + 1);
    expect(await read(bench, deployment_id)).toMatchObject({ phase: 'timed_out' });
  },
);

test('an order that Jenkins could not be asked for outlives a freeze', async () => {
  const bench = at();
  const { deployment_id } = await bench.order();
  bench.builds.down = true;
  await bench.core.tracker.round();
  await HOLDS.freeze.begin(bench);
  bench.builds.down = false;
  await pass(bench, 1_000);
  await pass(bench, LONG_MS);

  expect(await read(bench, deployment_id)).toMatchObject({ phase: 'triggering' });
  expect(await pendingOf(bench, deployment_id)).toMatchObject({ reason: 'frozen', deadline: null });

  await HOLDS.freeze.end(bench);
  await bench.core.tracker.round();
  expect(await read(bench, deployment_id)).toMatchObject({ phase: 'queued' });
});

test('what Jenkins was asked for before a freeze still ends by its deadline', async () => {
  const bench = at();
  const { deployment_id } = await bench.order();
  await bench.core.tracker.round();
  await HOLDS.freeze.begin(bench);

  expect((await pendingOf(bench, deployment_id)).deadline).not.toBeNull();
  await pass(bench, 900_001);
  expect(await read(bench, deployment_id)).toMatchObject({ phase: 'timed_out' });
});

test('what is held back can be cancelled, also past its deadline', async () => {
  const bench = at();
  await HOLDS.freeze.begin(bench);
  const { deployment_id } = await bench.order();
  await pass(bench, LONG_MS);
  await bench.core.orders.cancel(deployment_id, ORDERER);

  expect(await read(bench, deployment_id)).toMatchObject({ phase: 'cancelled' });
});

/** A live app that a `recreate` has stopped, whose build then dies. */
async function dieAfterStop(bench: Bench, hold: keyof typeof HOLDS) {
  bench.product = { ...HELLO, strategy: 'recreate' };
  const live = await bench.bringLive();
  await bench.core.orders.deployAgain(live.instance_id, {}, ORDERER);
  await bench.core.tracker.round();
  const build = must(bench.builds.startNext());
  const { lease, deployment_id } = await bench.claim(build);
  await bench.core.callbacks.progress({ lease, deployment_id, stage: 'stop', status: 'started' });
  await HOLDS[hold].begin(bench);
  bench.builds.end(build, 'ABORTED');
  await bench.core.tracker.round();
  return (await read(bench, deployment_id)).recovered_by as DeploymentId;
}

test('a recovery outlives a freeze', async () => {
  const bench = at();
  const recovery = await dieAfterStop(bench, 'freeze');
  await pass(bench, 0);
  await pass(bench, LONG_MS);
  await HOLDS.freeze.end(bench);
  await bench.core.tracker.round();

  expect(await read(bench, recovery)).toMatchObject({ phase: 'queued' });
});

test('a recovery passes a cordon: the app was there before', async () => {
  const bench = at();
  const recovery = await dieAfterStop(bench, 'cordon');
  await bench.core.tracker.round();

  const { claim } = await bench.runBuild();
  expect(claim.deployment_id).toBe(recovery);
});
