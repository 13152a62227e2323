import { expect, test } from '@jest/globals';
import type { Build } from '../../src/deployments/build-server.ts';
import type { Deployment } from '../../src/deployments/deployment.ts';
import type { InstanceId } from '../../src/deployments/instance.ts';
import { HELLO, ORDERER, type Bench } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { must } from './records.ts';
import { rounds } from './stations.ts';

// An update that stopped the live release and dies leaves no app: what was live is deployed once more.

const at = benchPerTest();
const STOP = { stage: 'stop', status: 'started' } as const;

/** A live instance whose next build has stopped the live release. */
async function stopped(bench: Bench, strategy: 'recreate' | 'swap' = 'recreate') {
  bench.product = { ...HELLO, strategy };
  const first = await bench.bringLive();
  const placed = await bench.core.orders.deployAgain(first.instance_id, {}, ORDERER);
  const work = await begin(bench);
  await bench.core.callbacks.progress({ ...work.leased, ...STOP });
  return { ...work, ...placed, live: first };
}

async function begin(bench: Bench) {
  await bench.core.tracker.round();
  const build = must(bench.builds.startNext());
  const claim = await bench.claim(build);
  return { build, claim, leased: { lease: claim.lease, deployment_id: claim.deployment_id } };
}

async function recoveriesOf(bench: Bench, id: InstanceId): Promise<readonly Deployment[]> {
  const { items } = await bench.store.deployments({ limit: 50 }, { instance: id });
  return items.filter(({ trigger }) => trigger === 'recovery');
}

async function seenEnded(bench: Bench, build: Build): Promise<void> {
  bench.builds.end(build, 'ABORTED');
  await bench.core.tracker.round();
}

const DEATHS: readonly (readonly [
  string,
  (bench: Bench, work: Awaited<ReturnType<typeof stopped>>) => unknown,
])[] = [
  ['is killed', (bench, { build }) => bench.builds.end(build, 'ABORTED')],
  ['ends well without a word', (bench, { build }) => bench.builds.end(build, 'SUCCESS')],
  ['is gone', (bench, { build }) => bench.builds.forgetBuild(build)],
  ['misses its deadline', (bench) => (bench.now += 900_001)],
  ['is cancelled', (bench, { deployment_id }) => bench.core.orders.cancel(deployment_id, ORDERER)],
  [
    'gives up, and dies before it has cleaned up',
    async (bench, { build, leased }) => {
      await bench.core.callbacks.failed({ ...leased, stage: 'start', reason: 'ssh_lost', log_tail: '' });
      bench.builds.end(build, 'FAILURE');
    },
  ],
];

test.each(DEATHS)(
  'an update that stopped what was live and %s is followed by one recovery',
  async (_how, die) => {
    const bench = at();
    const work = await stopped(bench);
    await die(bench, work);
    for (let count = 0; count < 3; count += 1) {
      await bench.core.tracker.round();
      bench.now += 5_000;
    }

    const [recovery, ...others] = await recoveriesOf(bench, work.instance_id);
    expect(others).toEqual([]);
    const live = must(await bench.store.deployment(work.live.deployment_id));
    expect(recovery).toMatchObject({ kind: 'deploy', by: 'ark', release_id: live.release_id });
    expect(recovery?.why).toContain(work.deployment_id);
    expect(await bench.store.deployment(work.deployment_id)).toMatchObject({ recovered_by: recovery?.id });

    const { claim } = await bench.runBuild();
    expect(claim.deployment_id).toBe(recovery?.id);
    expect(claim.keep).toContain(work.live.claim.project);
    expect(await bench.store.instance(work.instance_id)).toMatchObject({
      ...{ live_deployment: recovery?.id, live_release: live.release_id, desired_release: live.release_id },
    });
    expect(await bench.store.open()).toEqual([]);
  },
);

test.each(['decide', 'recover', 'finish', 'advance'] as const)(
  'a coordinator that dies after %s orders the recovery all the same, and once',
  async (act) => {
    const bench = at();
    const { instance_id, build, deployment_id } = await stopped(bench);
    if (act === 'advance') await bench.core.orders.cancel(deployment_id, ORDERER);
    if (act === 'advance') await bench.core.tracker.round();
    const real = bench.store[act].bind(bench.store) as (...args: unknown[]) => Promise<never>;
    let deaths = 1;
    Object.assign(bench.store, {
      [act]: async (...args: unknown[]) => {
        const done = await real(...args);
        deaths -= 1;
        if (deaths >= 0) throw new Error('died');
        return done;
      },
    });
    if (act !== 'advance') bench.builds.end(build, 'FAILURE');
    await bench.core.tracker.round();
    bench.restart();
    await rounds(bench, 2);

    expect(deaths).toBeLessThan(1);
    expect(await recoveriesOf(bench, instance_id)).toHaveLength(1);
    expect(await bench.store.deployment(deployment_id)).toMatchObject({ finished_at: expect.any(Number) });
  },
);

test('two coordinators that see the same end order one recovery', async () => {
  const bench = at();
  const { instance_id, build } = await stopped(bench);
  const { tracker } = bench.core;
  bench.restart();
  bench.builds.end(build, 'FAILURE');

  await Promise.all([tracker.round(), bench.core.tracker.round()]);

  expect(await recoveriesOf(bench, instance_id)).toHaveLength(1);
});

test('a recovery that dies like the update is followed by none', async () => {
  const bench = at();
  const { instance_id, build } = await stopped(bench);
  await seenEnded(bench, build);
  const recovery = await begin(bench);
  await bench.core.callbacks.progress({ ...recovery.leased, ...STOP });

  await seenEnded(bench, recovery.build);

  expect(await recoveriesOf(bench, instance_id)).toHaveLength(1);
  expect(await bench.store.open()).toEqual([]);
});

test('an update whose job says that the old release runs again is followed by none', async () => {
  const bench = at();
  const { instance_id, build, leased, claim } = await stopped(bench);
  await bench.core.callbacks.failed({ ...leased, stage: 'start', reason: 'start_failed', log_tail: '' });
  await bench.core.callbacks.retired({ ...leased, removed: [claim.project] });

  await seenEnded(bench, build);

  expect(await recoveriesOf(bench, instance_id)).toEqual([]);
});

test('an update that went live is followed by none, however its build ends', async () => {
  const bench = at();
  const { instance_id, build, claim } = await stopped(bench);
  await bench.core.callbacks.ready(bench.readyMessage(claim));

  await seenEnded(bench, build);

  expect(await recoveriesOf(bench, instance_id)).toEqual([]);
});

test('a swap stops nothing, and needs none', async () => {
  const bench = at();
  const { instance_id, build } = await stopped(bench, 'swap');

  await seenEnded(bench, build);

  expect(await recoveriesOf(bench, instance_id)).toEqual([]);
});

test('an update that dies before it stops anything needs none', async () => {
  const bench = at();
  bench.product = { ...HELLO, strategy: 'recreate' };
  const { instance_id } = await bench.bringLive();
  await bench.core.orders.deployAgain(instance_id, {}, ORDERER);
  const { build } = await begin(bench);

  await seenEnded(bench, build);

  expect(await recoveriesOf(bench, instance_id)).toEqual([]);
});

test('where something newer waits, that is what comes next', async () => {
  const bench = at();
  const { instance_id, build } = await stopped(bench);
  const newer = await bench.core.orders.deployAgain(instance_id, {}, ORDERER);

  await seenEnded(bench, build);

  expect(await recoveriesOf(bench, instance_id)).toEqual([]);
  expect((await bench.runBuild()).claim.deployment_id).toBe(newer.deployment_id);
});

test('what shall be removed is not brought back', async () => {
  const bench = at();
  const { instance_id, build } = await stopped(bench);
  await bench.redis.hset(`${bench.prefix}instance:${instance_id}`, 'desired', 'absent');

  await seenEnded(bench, build);

  expect(await recoveriesOf(bench, instance_id)).toEqual([]);
});
