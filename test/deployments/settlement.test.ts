import { describe, expect, test } from '@jest/globals';
import type { Build } from '../../src/deployments/build-server.ts';
import { endingOf } from '../../src/deployments/settlement.ts';
import { aHost, ORDERER, type Bench } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { aBuildMark, aDeployment, anInstance, must } from './records.ts';

const at = benchPerTest();

/** A live instance whose second deployment is at work. */
async function updating(bench: Bench) {
  const first = await bench.bringLive();
  await bench.core.orders.deployAgain(first.instance_id, {}, ORDERER);
  await bench.core.tracker.round();
  const build = must(bench.builds.startNext());
  const claim = await bench.claim(build);
  return { first, build, claim, instance_id: first.instance_id };
}

const ends: readonly (readonly [string, (bench: Bench, build: Build) => void, string, string])[] = [
  ['fails', (bench, build) => void bench.builds.end(build, 'FAILURE'), 'failed', 'build_failed'],
  ['is unstable', (bench, build) => void bench.builds.end(build, 'UNSTABLE'), 'failed', 'build_failed'],
  ['is aborted', (bench, build) => void bench.builds.end(build, 'ABORTED'), 'failed', 'build_aborted'],
  [
    'ends well, but its callbacks are lost',
    (bench, build) => void bench.builds.end(build, 'SUCCESS'),
    'failed',
    'callback_lost',
  ],
  ['is gone', (bench, build) => bench.builds.forgetBuild(build), 'lost', 'build_lost'],
];

test.each(ends)(
  'a build that %s: abandoned, both releases stay, lock and slot are free',
  async (_how, end, phase, code) => {
    const bench = at();
    const { first, build, claim, instance_id } = await updating(bench);
    const route = await bench.route(instance_id);
    end(bench, build);

    await bench.core.tracker.round();
    bench.now += 5_000;
    await bench.core.tracker.round();

    expect(await bench.store.deployment(claim.deployment_id)).toMatchObject({
      ...{ phase, reason: { code }, decision: { outcome: 'abandoned', retire: [] } },
      finished_at: expect.any(Number),
    });
    expect(await bench.route(instance_id)).toEqual(route);
    expect(await bench.store.instance(instance_id)).toMatchObject({
      active: '',
      live_deployment: first.deployment_id,
    });
    expect((await bench.store.load(aHost().id)).active).toEqual([]);
    const used = new Set(Object.values(await bench.redis.hgetall(`${bench.prefix}host:cl-a:ports`)));
    expect(used).toEqual(new Set([first.claim.project, claim.project]));
  },
);

test('a build that ends after the switch without a word is a success', async () => {
  const bench = at();
  const { build, claim, instance_id } = await updating(bench);
  await bench.core.callbacks.ready(bench.readyMessage(claim));
  bench.builds.end(build, 'FAILURE');

  await bench.core.tracker.round();

  expect(await bench.store.deployment(claim.deployment_id)).toMatchObject({ phase: 'succeeded' });
  expect(await bench.store.instance(instance_id)).toMatchObject({
    active: '',
    live_deployment: claim.deployment_id,
  });
});

test('a build that never asked for leave is settled too', async () => {
  const bench = at();
  const { deployment_id, instance_id } = await bench.order();
  await bench.core.tracker.round();
  const build = must(bench.builds.startNext());
  await bench.core.tracker.round();
  bench.builds.end(build, 'FAILURE');

  await bench.core.tracker.round();

  expect(await bench.store.deployment(deployment_id)).toMatchObject({
    ...{ phase: 'failed', reason: { code: 'build_failed' }, finished_at: bench.now },
  });
  expect(await bench.store.instance(instance_id)).toMatchObject({ active: '' });
});

test('another build under the same number, after Jenkins lost its home, is not ours', async () => {
  const bench = at();
  const { build, claim } = await updating(bench);
  bench.builds.forgetBuild(build);
  bench.now += 5_000;
  const other = bench.builds.addOperatorBuild(build.job, {}, []);
  expect(other.number).toBe(build.number);

  await bench.core.tracker.round();

  expect(await bench.store.deployment(claim.deployment_id)).toMatchObject({ phase: 'lost' });
});

test('a build that is not shown for a moment is not lost', async () => {
  const bench = at();
  const { claim } = await updating(bench);
  const read = bench.builds.readBuild.bind(bench.builds);
  bench.builds.readBuild = async () => Promise.resolve(undefined);
  await bench.core.tracker.round();
  bench.builds.readBuild = read;
  bench.now += 60_000;
  await bench.core.tracker.round();
  bench.builds.readBuild = async () => Promise.resolve(undefined);
  await bench.core.tracker.round();

  expect(await bench.store.deployment(claim.deployment_id)).toMatchObject({ phase: 'claimed' });
});

test('a build that is not shown because we lost the right to read its job is not lost', async () => {
  const bench = at();
  const { claim, build } = await updating(bench);
  bench.builds.hidden = true;
  for (let seconds = 0; seconds < 60; seconds += 10) {
    await bench.core.tracker.round();
    bench.now += 10_000;
  }
  expect(await bench.store.deployment(claim.deployment_id)).toMatchObject({ phase: 'claimed' });

  bench.builds.hidden = false;
  bench.builds.end(build, 'FAILURE');
  await bench.core.tracker.round();

  expect(await bench.store.deployment(claim.deployment_id)).toMatchObject({
    reason: { code: 'build_failed' },
  });
});

test('while Jenkins is away nothing is lost', async () => {
  const bench = at();
  const { claim } = await updating(bench);
  bench.builds.down = true;
  bench.now += 600_000;

  await bench.core.tracker.round();

  expect(await bench.store.deployment(claim.deployment_id)).toMatchObject({ phase: 'claimed' });
});

test('late messages of a settled build change nothing', async () => {
  const bench = at();
  const { first, build, claim, instance_id } = await updating(bench);
  bench.builds.end(build, 'FAILURE');
  await bench.core.tracker.round();
  const leased = { lease: claim.lease, deployment_id: claim.deployment_id };

  const late = await bench.core.callbacks.ready(bench.readyMessage(claim));
  expect(late.body).toMatchObject({ decision: 'abandoned' });
  const stage = bench.core.callbacks.progress({ ...leased, stage: 'gate', status: 'done' });
  await expect(stage).rejects.toMatchObject({ code: 'already_decided' });
  const failed = await bench.core.callbacks.failed({ ...leased, stage: 'x', reason: 'y', log_tail: '' });
  expect(failed.decision).toBe('abandoned');
  await bench.core.callbacks.retired({ ...leased, removed: [claim.project] });
  expect(await bench.route(instance_id)).toMatchObject({ seq: first.claim.seq, state: 'live' });
  const used = new Set(Object.values(await bench.redis.hgetall(`${bench.prefix}host:cl-a:ports`)));
  expect(used).toEqual(new Set([first.claim.project]));
});

test('a switch that is refused because the instance shall go ends as cancelled, however the build ends', async () => {
  const bench = at();
  const { build, claim, instance_id } = await updating(bench);
  await bench.redis.hset(`${bench.prefix}instance:${instance_id}`, 'desired', 'absent');

  const answer = await bench.core.callbacks.ready(bench.readyMessage(claim));
  expect(answer.body).toMatchObject({ decision: 'abandoned' });
  bench.builds.end(build, 'SUCCESS');
  await bench.core.tracker.round();

  expect(await bench.store.deployment(claim.deployment_id)).toMatchObject({
    ...{ phase: 'cancelled', reason: { code: 'cancelled' } },
  });
});

describe('the words for an end', () => {
  const NOW = 1_790_000_000_000;
  const deployment = aDeployment(anInstance(), { phase: 'deploying' });
  const build: Build = { job: 'j', ...aBuildMark(7), running: false, parameters: {}, causes: [] };

  test('name the build, and who interrupted it', () => {
    const aborted: Build = { ...build, result: 'ABORTED', interrupted_by: 'Aborted by alice' };

    expect(endingOf(deployment, aborted, NOW).reason.detail).toBe('Build 7 was aborted by alice');
    expect(endingOf(deployment, { ...build, result: 'FAILURE' }, NOW).reason.detail).toContain('FAILURE');
    expect(endingOf(deployment, build, NOW).reason.detail).toContain('unknown');
  });

  test('of a cancelled deployment say who cancelled it, however the build ended', () => {
    const cancelled = { ...deployment, cancel: { by: 'ana', at: 1 } };

    expect(endingOf(cancelled, undefined, NOW)).toMatchObject({
      to: 'cancelled',
      reason: { detail: 'Cancelled by ana' },
    });
    expect(endingOf(cancelled, { ...build, result: 'SUCCESS' }, NOW)).toMatchObject({ to: 'cancelled' });
  });

  test('of a build that was aborted after the deadline speak of the deadline; a failure stays a failure', () => {
    const late = deployment.deadline_at + 1;

    expect(endingOf(deployment, { ...build, result: 'ABORTED' }, late)).toMatchObject({ to: 'timed_out' });
    expect(endingOf(deployment, { ...build, result: 'FAILURE' }, late)).toMatchObject({ to: 'failed' });
  });
});
