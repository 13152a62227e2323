import { expect, test } from '@jest/globals';
import { newDeploymentId } from '../../../src/deployments/deployment.ts';
import { aHost } from '../bench.ts';
import { benchPerTest } from '../bench-per-test.ts';
import { dump } from '../dump.ts';
import { aBuildMark, aDeployment, claimBy, must, reach, store, storeAgain, switchTo } from '../records.ts';

const at = benchPerTest();

test.each(['triggering', 'queued'] as const)('an ordered build may claim from %s', async (phase) => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, phase);

  expect(await claimBy(bench, deployment)).toEqual({ kind: 'granted' });

  const { seq, ...claimed } = must(await bench.store.deployment(deployment.id));
  expect(claimed).toMatchObject({ phase: 'claimed', build: aBuildMark(), claimed_at: bench.now });
  expect(await bench.store.instance(instance.id)).toMatchObject({ last_seq: seq, active: deployment.id });
  expect(await bench.store.claimedBy(deployment.job, aBuildMark())).toBe(deployment.id);
});

test('a build claims once: its second claim names what it has', async () => {
  const bench = at();
  const { deployment } = await store(bench);
  await reach(bench, deployment, 'claimed');
  const before = await dump(bench.redis, bench.prefix);

  expect(await claimBy(bench, deployment)).toEqual({ kind: 'claimed', by: deployment.id });
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test('another build cannot claim what is claimed', async () => {
  const bench = at();
  const { deployment } = await store(bench);
  await reach(bench, deployment, 'claimed');

  expect(await claimBy(bench, deployment, 2)).toEqual({ kind: 'stale', phase: 'claimed' });
});

test('a build that is claimed before its turn gets nothing', async () => {
  const bench = at();
  const { deployment } = await store(bench);
  const before = await dump(bench.redis, bench.prefix);

  expect(await claimBy(bench, deployment)).toEqual({ kind: 'stale', phase: 'waiting' });
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test.each([
  ['cancelled', async (bench: ReturnType<typeof at>, id: string) => bench.store.cancel(id as never, 'ana')],
  ['late', (bench: ReturnType<typeof at>) => (bench.now += 900_001)],
  ['without host', async (bench: ReturnType<typeof at>) => bench.hosts.remove(aHost().id)],
])('a deployment that is %s gets no lease', async (_why, change) => {
  const bench = at();
  const { deployment } = await store(bench);
  await reach(bench, deployment, 'queued');
  await change(bench, deployment.id);

  expect(await claimBy(bench, deployment)).toEqual({ kind: 'not_allowed' });
  expect(await bench.store.deployment(deployment.id)).toMatchObject({ phase: 'queued', seq: '' });
});

test('seq is the time in seconds, and one more within the same second', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  const [seconds] = await bench.redis.time();
  await reach(bench, deployment, 'retiring');
  await bench.store.finish(deployment.id, []);
  const again = await storeAgain(bench, instance);
  await reach(bench, again.deployment, 'claimed', 2);

  const first = Number(must(await bench.store.deployment(deployment.id)).seq);
  const second = Number(must(await bench.store.deployment(again.deployment.id)).seq);
  expect(first).toBeGreaterThanOrEqual(Number(seconds));
  expect(first).toBeLessThan(Number(seconds) + 5);
  expect(second).toBeGreaterThan(first);
});

test('seq goes on from a number ahead of the clock, and never back when the number is wiped', async () => {
  const bench = at();
  const ahead = await store(bench);
  const ahead_seq = String(Math.floor(Date.now() / 1_000) + 3_600);
  await bench.redis.hset(`${bench.prefix}instance:${ahead.instance.id}`, 'last_seq', ahead_seq);
  const { seq } = await reach(bench, ahead.deployment, 'claimed');
  expect(Number(seq)).toBe(Number(ahead_seq) + 1);

  const wiped = await store(bench);
  const before = await reach(bench, wiped.deployment, 'retiring', 2);
  await bench.store.finish(wiped.deployment.id, []);
  await bench.redis.hset(`${bench.prefix}instance:${wiped.instance.id}`, 'last_seq', '');
  const again = await storeAgain(bench, wiped.instance);
  const after = await reach(bench, again.deployment, 'claimed', 3);
  expect(Number(after.seq)).toBeGreaterThan(Number(before.seq));
});

test('an adopted build creates its deployment and takes lock and slot', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'retiring');
  await bench.store.finish(deployment.id, []);
  const adopt = aDeployment(instance, { release_id: deployment.release_id, trigger: 'jenkins: alice' });

  const order = { deploymentId: adopt.id, instanceId: instance.id, job: adopt.job, endpoints: ['web'] };
  expect(await bench.store.claim({ ...order, build: aBuildMark(7), adopt })).toEqual({ kind: 'granted' });

  expect(await bench.store.deployment(adopt.id)).toMatchObject({
    phase: 'claimed',
    trigger: 'jenkins: alice',
    build: aBuildMark(7),
  });
  expect(await bench.store.instance(instance.id)).toMatchObject({
    active: adopt.id,
    last_deployment: adopt.id,
  });
  expect(await bench.store.load(aHost().id)).toEqual({ active: [adopt.id], waiting: [] });
  expect(await bench.store.open()).toEqual([adopt.id]);
});

test('an adopted build waits for lock and slot, and leaves no trace meanwhile', async () => {
  const bench = at();
  await bench.hosts.put(aHost({ slots: 1 }));
  const busy = await store(bench);
  const idle = await store(bench);
  await bench.store.cancel(idle.deployment.id, 'ana');
  await reach(bench, busy.deployment, 'claimed');
  const before = await dump(bench.redis, bench.prefix);
  const adopt = (instance: typeof idle.instance) => {
    const deployment = { ...aDeployment(instance), id: newDeploymentId() };
    const order = { deploymentId: deployment.id, instanceId: instance.id, job: deployment.job };
    return bench.store.claim({ ...order, build: aBuildMark(7), endpoints: ['web'], adopt: deployment });
  };

  expect(await adopt(busy.instance)).toEqual({ kind: 'held', by: busy.deployment.id });
  expect(await adopt(idle.instance)).toEqual({ kind: 'full' });
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test('the claim of a destroy withdraws the routes and offers no port', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'verifying');
  await switchTo(bench, deployment.id);
  await bench.store.finish(deployment.id, []);
  const removal = await storeAgain(bench, instance, { kind: 'destroy' });
  expect(await bench.route(instance.id)).toMatchObject({ state: 'live' });

  const { seq, ports } = await reach(bench, removal.deployment, 'claimed', 2);

  expect(ports).toBeUndefined();
  expect(await bench.route(instance.id)).toMatchObject({ state: 'withdrawn', seq });
});

test('a destroy of an instance that shall stay gets no lease, nor a deployment of one that shall go', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'queued');
  await bench.redis.hset(`${bench.prefix}instance:${instance.id}`, 'desired', 'absent');
  expect(await claimBy(bench, deployment)).toEqual({ kind: 'not_allowed' });

  const other = await store(bench);
  const adopt = aDeployment(other.instance, { kind: 'destroy' });
  const order = { deploymentId: adopt.id, instanceId: other.instance.id, job: adopt.job, endpoints: [] };
  expect(await bench.store.claim({ ...order, build: aBuildMark(8), adopt })).toEqual({ kind: 'not_allowed' });
});
