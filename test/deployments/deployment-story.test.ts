import { expect, test } from '@jest/globals';
import { aHost, DEPLOY_JOB, DESTROY_JOB, HELLO, ORDERER } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';

const at = benchPerTest();

test('an order becomes a route that leads to the reported target', async () => {
  const bench = at();
  const { instance_id, deployment_id, claim } = await bench.bringLive();

  expect(await bench.route(instance_id)).toMatchObject({
    v: 1,
    state: 'live',
    target_host: '100.64.30.11',
    target_port: claim.endpoints[0]?.candidates[0],
    seq: claim.seq,
  });
  const deployment = await bench.store.deployment(deployment_id);
  expect(deployment).toMatchObject({ phase: 'succeeded', decision: { outcome: 'switched' } });
  expect(deployment?.finished_at).toBeDefined();
  expect(await bench.store.instance(instance_id)).toMatchObject({
    active: '',
    waiting: '',
    live_deployment: deployment_id,
    live_seq: claim.seq,
  });
  expect(await bench.store.load(aHost().id)).toEqual({ active: [], waiting: [] });
});

test('a second deployment keeps the live project and retires it after the switch', async () => {
  const bench = at();
  const first = await bench.bringLive();
  await bench.core.orders.deployAgain(first.instance_id, {}, ORDERER);
  const second = await bench.runBuild();

  expect(second.claim.keep).toEqual([first.claim.project, `${first.instance_id}-data`]);
  expect(second.answer).toEqual({
    status: 200,
    body: { decision: 'switched', retire: [first.claim.project] },
  });
  expect(BigInt(second.claim.seq)).toBeGreaterThan(BigInt(first.claim.seq));
  expect(second.claim.endpoints[0]?.candidates).not.toContain(first.claim.endpoints[0]?.candidates[0]);
});

test('an unhealthy release is abandoned and the old one stays live', async () => {
  const bench = at();
  const first = await bench.bringLive();
  await bench.core.orders.deployAgain(first.instance_id, {}, ORDERER);
  await bench.core.tracker.round();
  const build = bench.builds.startNext();
  const claim = await bench.claim(build!);
  bench.probe = () => ({ healthy: false, last: 'GET /healthz answered 500' });

  const answer = await bench.core.callbacks.ready(bench.readyMessage(claim));

  expect(answer.body).toMatchObject({ decision: 'abandoned' });
  expect(await bench.route(first.instance_id)).toMatchObject({ seq: first.claim.seq, state: 'live' });
  expect(await bench.store.deployment(claim.deployment_id)).toMatchObject({
    phase: 'failed',
    reason: { code: 'unhealthy' },
  });
});

test('delete withdraws the route at the claim and ends as deleted', async () => {
  const bench = at();
  const { instance_id } = await bench.bringLive();
  await bench.core.orders.remove(instance_id, { keepData: false }, ORDERER);
  await bench.core.tracker.round();
  const build = bench.builds.startNext()!;
  expect(build.job).toBe(DESTROY_JOB);

  const claim = await bench.claim(build);

  expect(claim).toMatchObject({ action: 'destroy', keep: [], endpoints: [] });
  expect(await bench.route(instance_id)).toMatchObject({ state: 'withdrawn', seq: claim.seq });
  await bench.core.callbacks.removed({ lease: claim.lease, deployment_id: claim.deployment_id, removed: [] });
  expect(await bench.store.instance(instance_id)).toMatchObject({ deleted_at: bench.now, active: '' });
});

test('a Rebuild of the current deployment by a person becomes a new deployment', async () => {
  const bench = at();
  const { instance_id, build, deployment_id } = await bench.bringLive();
  const rebuild = bench.builds.addOperatorBuild(DEPLOY_JOB, build.parameters, [
    { kind: 'hudson.model.Cause$UserIdCause', text: 'Started by user alice', user_id: 'alice' },
  ]);

  const claim = await bench.claim(rebuild);

  expect(claim.deployment_id).not.toBe(deployment_id);
  expect(await bench.store.deployment(claim.deployment_id)).toMatchObject({
    trigger: 'jenkins: alice',
    phase: 'claimed',
    instance_id,
  });
  await expect(bench.claim(rebuild)).resolves.toEqual(claim);
});

test('an old job that says the live project is gone takes no port of it', async () => {
  const bench = at();
  const { instance_id, claim } = await bench.bringLive();
  await bench.core.orders.deployAgain(instance_id, {}, ORDERER);
  await bench.core.tracker.round();
  const second = await bench.claim(bench.builds.startNext()!);
  const leased = { lease: second.lease, deployment_id: second.deployment_id };
  await bench.core.callbacks.failed({ ...leased, stage: 'gate', reason: 'health_gate_failed', log_tail: '' });

  await bench.core.callbacks.retired({ ...leased, removed: [second.project, claim.project] });

  const used = await bench.redis.hgetall(`${bench.prefix}host:cl-a:ports`);
  expect(Object.values(used)).toEqual([claim.project]);
});

test('a late stop message after the switch leaves the new route live', async () => {
  const bench = at();
  const product = { ...HELLO, strategy: 'recreate' as const };
  bench.product = product;
  const { instance_id } = await bench.order();
  await bench.core.tracker.round();
  const claim = await bench.claim(bench.builds.startNext()!);
  const leased = { lease: claim.lease, deployment_id: claim.deployment_id };
  await bench.core.callbacks.ready(bench.readyMessage(claim));

  await bench.core.callbacks.progress({ ...leased, stage: 'stop', status: 'started' });

  expect(await bench.route(instance_id)).toMatchObject({ state: 'live', seq: claim.seq });
});
