import { expect, test } from '@jest/globals';
import { aHost } from '../bench.ts';
import { benchPerTest } from '../bench-per-test.ts';
import { dump } from '../dump.ts';
import { aDeployment, anInstance, aRelease, reach, store, storeAgain } from '../records.ts';

const at = benchPerTest();
const ANSWER = '{"instance_id":"x","deployment_id":"y"}';

test('a new order is an instance, a release, a deployment and a place in the queue of its host', async () => {
  const bench = at();
  const { instance, deployment, release } = await store(bench);

  expect(await bench.store.instance(instance.id)).toEqual({
    ...instance,
    waiting: deployment.id,
    last_deployment: deployment.id,
    desired_release: release.release.id,
  });
  expect(await bench.store.deployment(deployment.id)).toEqual({
    ...deployment,
    phase: 'waiting',
    times: { accepted: bench.now, waiting: bench.now },
  });
  expect(await bench.store.load(aHost().id)).toEqual({ active: [], waiting: [deployment.id] });
  expect(await bench.store.open()).toEqual([deployment.id]);
  expect(await bench.store.release(release.release.id)).toEqual(release);
});

test('what is stored of a release cannot be read without the secret', async () => {
  const bench = at();
  const { release } = await store(bench);

  const sealed = (await bench.redis.get(`${bench.prefix}release:${release.release.id}`)) ?? '';

  expect(sealed).toMatch(/^[A-Za-z0-9+/=]+$/);
  expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain(release.release.id);
});

test('each change is told to the event stream in order', async () => {
  const bench = at();
  const { deployment } = await store(bench);

  const events = (await bench.redis.xrange(`${bench.prefix}events`, '-', '+')).map(([, fields]) => fields);

  expect(events.map((fields) => fields.slice(0, 2))).toEqual([
    ['kind', 'accepted'],
    ['kind', 'waiting'],
  ]);
  expect(events[1]).toEqual(expect.arrayContaining(['deployment_id', deployment.id]));
});

test('an order for an instance that is at work waits behind it', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'triggering');

  const second = await storeAgain(bench, instance);

  expect(second.outcome).toEqual({ kind: 'created' });
  expect(await bench.store.instance(instance.id)).toMatchObject({
    active: deployment.id,
    waiting: second.deployment.id,
    desired_release: second.deployment.release_id,
  });
});

test('a newer order replaces the one that waits', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);

  const newer = await storeAgain(bench, instance);

  expect(await bench.store.deployment(deployment.id)).toMatchObject({
    phase: 'superseded',
    reason: { code: 'superseded', detail: `Replaced by the newer order ${newer.deployment.id}` },
    finished_at: bench.now,
  });
  expect(await bench.store.load(aHost().id)).toEqual({ active: [], waiting: [newer.deployment.id] });
  expect(await bench.store.open()).toEqual([newer.deployment.id]);
});

test('an order to remove makes the instance absent and keeps its releases', async () => {
  const bench = at();
  const { instance, deployment, release } = await store(bench);
  await reach(bench, deployment, 'retiring');

  await storeAgain(bench, instance, { kind: 'destroy' });

  expect(await bench.store.instance(instance.id)).toMatchObject({
    desired: 'absent',
    desired_release: release.release.id,
  });
});

test('an instance that is going or gone takes no deployment, and a removal joins the one under way', async () => {
  const bench = at();
  const { instance } = await store(bench);
  const removal = await storeAgain(bench, instance, { kind: 'destroy' });
  const before = await dump(bench.redis, bench.prefix);

  expect((await storeAgain(bench, instance)).outcome).toEqual({ kind: 'instance_deleted' });
  const joined = await storeAgain(bench, instance, { kind: 'destroy' });
  expect(joined.outcome).toMatchObject({ kind: 'joined' });
  expect(JSON.parse((joined.outcome as { answer: string }).answer)).toEqual({
    instance_id: instance.id,
    deployment_id: removal.deployment.id,
  });
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);

  await bench.store.cancel(removal.deployment.id, 'somebody');
  expect((await storeAgain(bench, instance, { kind: 'destroy' })).outcome).toEqual({ kind: 'created' });

  await bench.redis.hset(`${bench.prefix}instance:${instance.id}`, 'deleted_at', '1');
  const gone = await storeAgain(bench, instance, { kind: 'destroy' });
  expect(gone.outcome).toEqual({ kind: 'instance_deleted' });
});

test('an order for an instance that nobody knows changes nothing', async () => {
  const bench = at();
  const before = await dump(bench.redis, bench.prefix);

  expect((await storeAgain(bench, anInstance())).outcome).toEqual({ kind: 'instance_missing' });
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test('the same idempotency key gets the first answer, with another body a refusal', async () => {
  const bench = at();
  const order = (body_sha: string) => {
    const instance = anInstance();
    const release = aRelease(instance);
    const deployment = aDeployment(instance, { release_id: release.release.id });
    return { instance, deployment, release, idempotency: { key: 'token:k1', body_sha, answer: ANSWER } };
  };
  expect(await bench.store.create(order('one'))).toEqual({ kind: 'created' });
  const before = await dump(bench.redis, bench.prefix);

  expect(await bench.store.create(order('one'))).toEqual({ kind: 'replayed', answer: ANSWER });
  expect(await bench.store.create(order('two'))).toEqual({ kind: 'key_reused' });
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
  expect(await bench.redis.ttl(`${bench.prefix}idempotency:token:k1`)).toBeGreaterThan(86_000);
});
