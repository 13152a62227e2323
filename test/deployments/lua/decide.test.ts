import { expect, test } from '@jest/globals';
import type { DecisionOrder } from '../../../src/deployments/deployment-store.ts';
import type { Bench } from '../bench.ts';
import { benchPerTest } from '../bench-per-test.ts';
import { dump } from '../dump.ts';
import { abandon, must, reach, store, storeAgain, switchTo } from '../records.ts';

const at = benchPerTest();

const field = (bench: Bench, key: string, name: string, value: string) =>
  bench.redis.hset(bench.prefix + key, name, value);

test('a switch moves routes, pointers and phase at once', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  const { seq } = await reach(bench, deployment, 'verifying');

  const outcome = await switchTo(bench, deployment.id, 20_001);

  const revision = Number(await bench.redis.get(`${bench.prefix}revision`));
  const decision = { outcome: 'switched', at: bench.now, retire: [] };
  expect(outcome).toEqual({ kind: 'decided', decision, revision });
  expect(await bench.route(instance.id)).toEqual({
    ...{ v: 1, state: 'live', target_host: '100.64.30.11', target_port: 20_001 },
    ...{ seq, revision, container_id: 'aaaaaaaaaaaa' },
  });
  expect(await bench.store.instance(instance.id)).toMatchObject({
    ...{ live_release: deployment.release_id, live_deployment: deployment.id, live_seq: seq },
    live_endpoints: [instance.id],
  });
  expect(await bench.store.deployment(deployment.id)).toMatchObject({
    ...{ phase: 'retiring', decision, decision_revision: revision },
  });
});

test('a decision is taken once: whoever comes second gets the first one', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'verifying');
  const first = await switchTo(bench, deployment.id, 20_001);
  const before = await dump(bench.redis, bench.prefix);

  expect(await switchTo(bench, deployment.id, 20_002)).toEqual(first);
  expect(await abandon(bench, deployment.id)).toEqual(first);
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);

  const other = await store(bench);
  await reach(bench, other.deployment, 'verifying', 2);
  const abandoned = await abandon(bench, other.deployment.id);
  expect(await switchTo(bench, other.deployment.id)).toEqual(abandoned);
  expect(await bench.route(other.instance.id)).toMatchObject({ state: 'updating' });
  expect(await bench.route(instance.id)).toMatchObject({ target_port: 20_001 });
});

test('image ids of a release are written once', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'retiring');
  await bench.store.finish(deployment.id, []);
  const again = await storeAgain(bench, instance, { release_id: deployment.release_id });
  await reach(bench, again.deployment, 'verifying', 2);
  const images = `${bench.prefix}release:${deployment.release_id}:images`;
  const before = await bench.redis.get(images);

  await bench.store.decide(again.deployment.id, {
    decision: { outcome: 'switched', at: 1, retire: [] },
    imageIds: { web: { id: 'sha256:bb' } },
    to: 'retiring',
  });

  expect(before).toContain('sha256:aa');
  expect(await bench.redis.get(images)).toBe(before);
});

test.each(['queued', 'claimed', 'deploying'] as const)('%s is no time for a switch', async (phase) => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, phase);

  expect(await switchTo(bench, deployment.id)).toEqual({ kind: 'refused', why: phase });
  expect(await bench.route(instance.id)).toMatchObject({ state: 'updating' });
});

test.each([
  ['lock', 'instance', 'active', 'd-somebodyelse'],
  ['desired', 'instance', 'desired', 'absent'],
  ['cancel', 'deployment', 'cancel', '{"by":"ana","at":1}'],
  ['seq', 'instance', 'live_seq', '99999999999'],
] as const)('a switch is refused because of %s', async (why, record, name, value) => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'verifying');
  await field(bench, `${record}:${record === 'instance' ? instance.id : deployment.id}`, name, value);
  const before = await dump(bench.redis, bench.prefix);

  expect(await switchTo(bench, deployment.id)).toEqual({ kind: 'refused', why });
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test.each([
  ['belongs to somebody else', (ports: string, bench: Bench) => bench.redis.hset(ports, '20000', 'other-1')],
  ['belongs to nobody', (ports: string, bench: Bench) => bench.redis.hdel(ports, '20000')],
] as const)('a switch to a port that %s is refused, and nothing of it is written', async (_whose, take) => {
  const bench = at();
  const { deployment } = await store(bench);
  await reach(bench, deployment, 'verifying');
  await take(`${bench.prefix}host:cl-a:ports`, bench);
  const before = await dump(bench.redis, bench.prefix);

  expect(await switchTo(bench, deployment.id, 20_000)).toEqual({ kind: 'refused', why: 'port' });
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test('a switch is refused after the deadline, and nothing of it is written', async () => {
  const bench = at();
  const { deployment } = await store(bench);
  await reach(bench, deployment, 'verifying');
  bench.now = deployment.deadline_at + 1;
  const before = await dump(bench.redis, bench.prefix);

  expect(await switchTo(bench, deployment.id)).toEqual({ kind: 'refused', why: 'deadline' });
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test('a switch is refused where a route has a newer seq already, and nothing of it is written', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  const { seq } = await reach(bench, deployment, 'verifying');
  const newer = { v: 1, state: 'live', target_host: '100.64.30.11', target_port: 1, revision: 1 };
  const text = JSON.stringify({ ...newer, seq: String(Number(seq) + 1) });
  await bench.redis.set(`${bench.prefix}route:${instance.id}`, text);
  const before = await dump(bench.redis, bench.prefix);

  expect(await switchTo(bench, deployment.id)).toEqual({ kind: 'refused', why: 'seq' });
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test.each(['failed', 'lost', 'timed_out', 'cancelled'] as const)(
  'after %s nothing is decided',
  async (end) => {
    const bench = at();
    const { deployment } = await store(bench);
    await reach(bench, deployment, 'queued');
    await bench.store.advance(deployment.id, { from: ['queued'], to: end, finish: true });

    expect(await switchTo(bench, deployment.id)).toEqual({ kind: 'refused', why: end });
    expect(await abandon(bench, deployment.id)).toEqual({ kind: 'refused', why: end });
  },
);

test('endpoints that the new release has no more are withdrawn in the same step', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'verifying');
  const admin = `${instance.id}--admin`;
  const routes = [instance.id, admin].map((endpoint, index) => ({
    ...{ endpoint, target_host: '100.64.30.11', target_port: 20_000 + index, container_id: 'aaaaaaaaaaaa' },
  }));
  const decision = { outcome: 'switched', at: 1, retire: [] } as const;
  const order: DecisionOrder = { decision, routes, endpointIds: [instance.id, admin], to: 'retiring' };
  await bench.store.decide(deployment.id, order);
  await bench.store.finish(deployment.id, []);
  expect(await bench.route(admin)).toMatchObject({ state: 'live' });
  const again = await storeAgain(bench, instance);
  const { seq } = await reach(bench, again.deployment, 'verifying', 2);

  await switchTo(bench, again.deployment.id);

  expect(await bench.route(admin)).toMatchObject({ state: 'withdrawn', seq });
  expect(await bench.store.instance(instance.id)).toMatchObject({ live_endpoints: [instance.id] });
});

test('an abandoned deployment leaves routes and pointers where they were', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'retiring');
  await bench.store.finish(deployment.id, []);
  const live = await bench.route(instance.id);
  const again = await storeAgain(bench, instance);
  await reach(bench, again.deployment, 'verifying', 2);

  await abandon(bench, again.deployment.id);

  expect(await bench.route(instance.id)).toEqual(live);
  expect(await bench.store.instance(instance.id)).toMatchObject({
    live_deployment: deployment.id,
    desired_release: again.deployment.release_id,
    active: again.deployment.id,
  });
  const failed = must(await bench.store.deployment(again.deployment.id));
  expect(failed).toMatchObject({ phase: 'failed', reason: { code: 'unhealthy' } });
  expect(failed.finished_at).toBeUndefined();
});

test('removed ends the instance and its pointers', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'retiring');
  await bench.store.finish(deployment.id, []);
  const removal = await storeAgain(bench, instance, { kind: 'destroy' });
  await reach(bench, removal.deployment, 'claimed', 2);

  const decision = { outcome: 'removed', at: bench.now, retire: [] } as const;
  await bench.store.decide(removal.deployment.id, { decision, to: 'succeeded' });

  expect(await bench.store.instance(instance.id)).toMatchObject({
    ...{ deleted_at: bench.now, live_release: '', live_deployment: '', live_seq: '', live_endpoints: [] },
    desired_release: '',
  });
});

test.each([
  ['is learnt when a host knows a higher one', 3_600, true],
  ['is not learnt from a host that is a day ahead', 90_000, false],
  ['is not lowered by a host that knows a lower one', -3_600, false],
])('last_seq %s', async (_fact, ahead, isLearnt) => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  const { seq } = await reach(bench, deployment, 'claimed');
  const host_seq = String(Math.floor(Date.now() / 1_000) + ahead);
  const reason = { code: 'stale_seq', detail: 'The host knows a higher one' };
  const decision = { outcome: 'abandoned', at: 1, reason, retire: [] } as const;

  await bench.store.decide(deployment.id, { decision, reason, hostSeq: host_seq, to: 'failed' });

  const { last_seq } = must(await bench.store.instance(instance.id));
  expect(last_seq).toBe(isLearnt ? host_seq : seq);
});

test('what killed builds left of an instance has no ports after the next switch', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  const killed = await reach(bench, deployment, 'claimed');
  await bench.store.advance(deployment.id, { from: ['claimed'], to: 'lost', finish: true });
  const stranger = await store(bench, { id: `${instance.id}-${killed.seq}` as never });
  const theirs = await reach(bench, stranger.deployment, 'claimed', 2);
  const again = await storeAgain(bench, instance);
  const { seq } = await reach(bench, again.deployment, 'verifying', 3);
  const owners = async () => [
    ...new Set(Object.values(await bench.redis.hgetall(`${bench.prefix}host:cl-a:ports`))),
  ];
  expect(await owners()).toContain(`${instance.id}-${killed.seq}`);

  await switchTo(bench, again.deployment.id);

  expect((await owners()).sort()).toEqual(
    [`${instance.id}-${seq}`, `${stranger.instance.id}-${theirs.seq}`].sort(),
  );
  expect(await bench.redis.zrange(`${bench.prefix}host:cl-a:quarantine`, '0', '-1')).toEqual([
    '20000',
    '20001',
    '20002',
  ]);
});

test('a deleted instance has no ports, whatever its job reported', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'retiring');
  await bench.store.finish(deployment.id, []);
  const removal = await storeAgain(bench, instance, { kind: 'destroy' });
  await reach(bench, removal.deployment, 'claimed', 2);
  expect(await bench.redis.hlen(`${bench.prefix}host:cl-a:ports`)).toBe(3);

  const decision = { outcome: 'removed', at: bench.now, retire: [] } as const;
  await bench.store.decide(removal.deployment.id, { decision, to: 'succeeded' });

  expect(await bench.redis.hlen(`${bench.prefix}host:cl-a:ports`)).toBe(0);
});
