import { describe, expect, test } from '@jest/globals';
import { isTerminal } from '../../src/deployments/phases.ts';
import { aHost, ORDERER, type Bench } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { must } from './records.ts';
import { arriveAt, rounds, STATIONS, type Arrived } from './stations.ts';

const at = benchPerTest();
const BEFORE_THE_SWITCH = STATIONS.filter((station) => station !== 'retiring');

async function expectFree(bench: Bench, { instance_id }: Arrived): Promise<void> {
  expect(await bench.store.instance(instance_id)).toMatchObject({ active: '', waiting: '' });
  expect(await bench.store.load(aHost().id)).toEqual({ active: [], waiting: [] });
  expect(await bench.store.open()).toEqual([]);
}

describe('the deadline', () => {
  test.each(BEFORE_THE_SWITCH)(
    'of an order that is %s ends it as timed_out, and frees lock and slot',
    async (station) => {
      const bench = at();
      const arrived = await arriveAt(bench, station);
      bench.now += 900_001;

      await rounds(bench);

      const ended = must(await bench.store.deployment(arrived.deployment_id));
      expect(ended).toMatchObject({ phase: 'timed_out', reason: { code: 'timed_out' } });
      expect(ended.decision?.outcome).toBe(ended.claimed_at === undefined ? undefined : 'abandoned');
      expect(await bench.route(arrived.instance_id)).toMatchObject({ state: 'withdrawn' });
      await expectFree(bench, arrived);
    },
  );

  test('stops the build, and holds lock and slot until it has ended', async () => {
    const bench = at();
    const { build, deployment_id, instance_id } = await arriveAt(bench, 'deploying');
    bench.builds.endsAt = 'kill';
    bench.now += 900_001;
    await bench.core.tracker.round();

    expect(await bench.store.deployment(deployment_id)).toMatchObject({ phase: 'timed_out' });
    expect(await bench.store.instance(instance_id)).toMatchObject({ active: deployment_id });
    bench.now += 180_001;
    await bench.core.tracker.round();
    const signal = new AbortController().signal;
    expect(await bench.builds.readBuild(must(build), signal)).toMatchObject({ running: false });
    await bench.core.tracker.round();
    expect(await bench.store.instance(instance_id)).toMatchObject({ active: '' });
  });

  test.each(['queued', 'running', 'claimed', 'deploying', 'verifying'] as const)(
    'of an order that is %s passes while Jenkins does not answer: it ends, and holds lock and slot until it does',
    async (station) => {
      const bench = at();
      const arrived = await arriveAt(bench, station);
      const { deployment_id, instance_id, claim } = arrived;
      bench.builds.down = true;
      bench.now += 900_001;
      await bench.core.tracker.round();

      expect(await bench.store.deployment(deployment_id)).toMatchObject({ phase: 'timed_out' });
      expect(await bench.store.instance(instance_id)).toMatchObject({ active: deployment_id });
      if (claim) {
        const late = await bench.core.callbacks.ready(bench.readyMessage(claim));
        expect(late.body).toMatchObject({ decision: 'abandoned' });
      }
      bench.builds.down = false;
      await rounds(bench);

      expect(await bench.route(instance_id)).toMatchObject({ state: 'withdrawn' });
      expect(bench.builds.accepted).toHaveLength(1);
      expect(bench.builds.startNext()).toBeUndefined();
      await expectFree(bench, arrived);
    },
  );

  test.each(['waits in the queue', 'runs', 'never arrived'])(
    'of an order whose trigger was unclear, and which %s, leaves nothing behind and is posted no more',
    async (how) => {
      const bench = at();
      bench.builds.loseNextAnswer();
      const placed = await bench.order();
      await bench.core.tracker.round();
      const build = how === 'runs' ? bench.builds.startNext() : undefined;
      if (how === 'never arrived') bench.builds.forgetQueue();
      bench.now += 900_001;

      await rounds(bench);

      expect(await bench.store.deployment(placed.deployment_id)).toMatchObject({ phase: 'timed_out' });
      if (build) await expect(bench.claim(build)).rejects.toMatchObject({ code: 'build_not_running' });
      expect(bench.builds.accepted).toHaveLength(1);
      expect(bench.builds.startNext()).toBeUndefined();
      await expectFree(bench, placed);
    },
  );

  test('ends, some minutes later, also a build that hangs after the switch: its deployment is a success', async () => {
    const bench = at();
    const arrived = await arriveAt(bench, 'retiring');
    bench.builds.endsAt = 'kill';
    bench.now += 900_000 + 600_001;
    for (const passedMs of [0, 150_000, 30_000]) {
      bench.now += passedMs;
      await bench.core.tracker.round();
      expect(await bench.store.deployment(arrived.deployment_id)).toMatchObject({ phase: 'retiring' });
    }
    await bench.core.tracker.round();

    expect(await bench.store.deployment(arrived.deployment_id)).toMatchObject({
      ...{ phase: 'succeeded', decision: { outcome: 'switched' } },
    });
    expect(await bench.route(arrived.instance_id)).toMatchObject({ state: 'live' });
    await expectFree(bench, arrived);
  });

  test('after the switch takes nothing back', async () => {
    const bench = at();
    const arrived = await arriveAt(bench, 'retiring');
    bench.now += 900_001;
    await bench.core.tracker.round();
    expect(await bench.store.deployment(arrived.deployment_id)).toMatchObject({ phase: 'retiring' });

    bench.builds.end(must(arrived.build), 'SUCCESS');
    await rounds(bench);

    expect(await bench.store.deployment(arrived.deployment_id)).toMatchObject({ phase: 'succeeded' });
    expect(await bench.route(arrived.instance_id)).toMatchObject({ state: 'live' });
    await expectFree(bench, arrived);
  });

  test('also ends a build that goes on after its deployment failed', async () => {
    const bench = at();
    const arrived = await arriveAt(bench, 'deploying');
    const { lease, deployment_id } = must(arrived.claim);
    await bench.core.callbacks.failed({
      lease,
      deployment_id,
      stage: 'gate',
      reason: 'unhealthy',
      log_tail: '',
    });
    await bench.core.tracker.round();
    expect(await bench.store.instance(arrived.instance_id)).toMatchObject({ active: deployment_id });
    bench.now += 900_001;

    await rounds(bench);

    expect(await bench.store.deployment(deployment_id)).toMatchObject({ phase: 'failed' });
    await expectFree(bench, arrived);
  });
});

describe('a cancel', () => {
  test.each(BEFORE_THE_SWITCH)('of an order that is %s ends it as cancelled', async (station) => {
    const bench = at();
    const arrived = await arriveAt(bench, station);
    await bench.core.orders.cancel(arrived.deployment_id, ORDERER);

    await rounds(bench);

    expect(await bench.store.deployment(arrived.deployment_id)).toMatchObject({
      ...{ phase: 'cancelled', cancel: { by: 'admin' } },
    });
    expect(await bench.store.instance(arrived.instance_id)).toMatchObject({
      desired_release: '',
      live_release: '',
    });
    expect(await bench.route(arrived.instance_id)).toMatchObject({ state: 'withdrawn' });
    expect(bench.builds.startNext()).toBeUndefined();
    await expectFree(bench, arrived);
  });

  test('after the switch is refused', async () => {
    const bench = at();
    const { deployment_id } = await arriveAt(bench, 'retiring');

    await expect(bench.core.orders.cancel(deployment_id, ORDERER)).rejects.toMatchObject({
      code: 'already_live',
    });
  });

  test.each(['claimed', 'deploying', 'verifying'] as const)(
    'of an order that is %s is decided first, so that a late ready switches nothing',
    async (station) => {
      const bench = at();
      const { deployment_id, instance_id, claim } = await arriveAt(bench, station);
      bench.builds.endsAt = 'kill';
      await bench.core.orders.cancel(deployment_id, ORDERER);
      await bench.core.tracker.round();

      const late = await bench.core.callbacks.ready(bench.readyMessage(must(claim)));

      expect(late.body).toMatchObject({ decision: 'abandoned' });
      expect(await bench.route(instance_id)).toMatchObject({ state: 'updating' });
    },
  );

  test('while Jenkins does not answer is decided at once', async () => {
    const bench = at();
    const { deployment_id, claim } = await arriveAt(bench, 'deploying');
    bench.builds.down = true;
    await bench.core.orders.cancel(deployment_id, ORDERER);
    await bench.core.tracker.round();

    const late = await bench.core.callbacks.ready(bench.readyMessage(must(claim)));

    expect(late.body).toMatchObject({ decision: 'abandoned', reason: 'Cancelled by admin' });
  });

  test('asks, then insists, then kills; it is cancelled when Jenkins says that the build ended', async () => {
    const bench = at();
    const { deployment_id } = await arriveAt(bench, 'deploying');
    const steps: string[] = [];
    bench.builds.endsAt = 'kill';
    const stop = bench.builds.stopBuild.bind(bench.builds);
    bench.builds.stopBuild = (ref, step, signal) => {
      steps.push(step);
      return stop(ref, step, signal);
    };
    await bench.core.orders.cancel(deployment_id, ORDERER);
    for (const passedMs of [0, 149_000, 2_000, 28_000, 2_000]) {
      bench.now += passedMs;
      await bench.core.tracker.round();
    }

    expect(steps).toEqual(['stop', 'term', 'kill']);
    const during = must(await bench.store.deployment(deployment_id));
    expect([during.phase, isTerminal(during.phase)]).toEqual(['deploying', false]);
    await bench.core.tracker.round();
    expect(await bench.store.deployment(deployment_id)).toMatchObject({ phase: 'cancelled' });
  });

  test('that comes while the trigger is unclear leaves no build behind', async () => {
    const bench = at();
    bench.builds.loseNextAnswer();
    const placed = await bench.order();
    await bench.core.tracker.round();
    await bench.core.orders.cancel(placed.deployment_id, ORDERER);

    await rounds(bench);

    expect(await bench.store.deployment(placed.deployment_id)).toMatchObject({ phase: 'cancelled' });
    expect(bench.builds.accepted).toHaveLength(1);
    expect(bench.builds.startNext()).toBeUndefined();
    await expectFree(bench, placed);
  });
});

describe('a restart of the coordinator', () => {
  test.each(STATIONS)('while an order is %s: it goes on to its good end', async (station) => {
    const bench = at();
    const arrived = await arriveAt(bench, station);

    bench.restart();
    await bench.core.tracker.round();
    if (station !== 'verifying') await bench.core.tracker.round();
    const build = arrived.build ?? must(bench.builds.startNext());
    const claim = arrived.claim ?? (await bench.claim(build));
    await bench.core.callbacks.ready(bench.readyMessage(claim));
    const leased = { lease: claim.lease, deployment_id: claim.deployment_id };
    await bench.core.callbacks.retired({ ...leased, removed: [] });
    bench.builds.end(build, 'SUCCESS');
    await rounds(bench);

    expect(await bench.store.deployment(arrived.deployment_id)).toMatchObject({ phase: 'succeeded' });
    expect(await bench.route(arrived.instance_id)).toMatchObject({ state: 'live', seq: claim.seq });
    expect(bench.builds.accepted).toHaveLength(1);
    await expectFree(bench, arrived);
  });

  test('while a cancel climbs its ladder: it begins anew and ends all the same', async () => {
    const bench = at();
    const arrived = await arriveAt(bench, 'deploying');
    bench.builds.endsAt = 'term';
    await bench.core.orders.cancel(arrived.deployment_id, ORDERER);
    await bench.core.tracker.round();
    bench.restart();

    await rounds(bench, 80);

    expect(await bench.store.deployment(arrived.deployment_id)).toMatchObject({ phase: 'cancelled' });
    await expectFree(bench, arrived);
  });
});

test('Jenkins’ own words about what a queued build waits for are kept', async () => {
  const bench = at();
  const { deployment_id } = await arriveAt(bench, 'queued');
  await bench.core.tracker.round();

  expect(await bench.store.deployment(deployment_id)).toMatchObject({ queue_why: 'Waiting for an executor' });
});
