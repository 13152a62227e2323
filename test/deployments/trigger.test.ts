import { expect, test } from '@jest/globals';
import { DEPLOY_JOB, ORDERER, type Bench } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { must } from './records.ts';

// One order becomes one build, whatever happens between us and Jenkins.

const at = benchPerTest();

const round = (bench: Bench) => bench.core.tracker.round();
const phaseOf = async (bench: Bench, id: string) => (await bench.store.deployment(id as never))?.phase;

/** Rounds of the tracker, some seconds apart. */
async function rounds(bench: Bench, count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) {
    await round(bench);
    bench.now += 3_000;
  }
}

test('the intent is stored before Jenkins hears anything', async () => {
  const bench = at();
  bench.faults.set('trigger.before_post=throw*1');
  const { deployment_id } = await bench.order();
  await round(bench);

  expect(bench.builds.accepted).toEqual([]);
  expect(await bench.store.deployment(deployment_id)).toMatchObject({
    ...{ phase: 'triggering', posted_at: bench.now },
  });
});

test('a death before the POST leads to two empty searches, then to one build', async () => {
  const bench = at();
  bench.faults.set('trigger.before_post=throw*1');
  const { deployment_id } = await bench.order();
  await round(bench);
  bench.restart();

  await round(bench);
  expect(bench.builds.accepted).toHaveLength(0);
  await rounds(bench, 4);

  expect(bench.builds.accepted).toHaveLength(1);
  expect(await phaseOf(bench, deployment_id)).toBe('queued');
});

test('a death after the POST leads to no second build', async () => {
  const bench = at();
  bench.faults.set('trigger.after_post=throw*1');
  const { deployment_id } = await bench.order();
  await round(bench);
  bench.restart();

  await rounds(bench, 6);

  expect(bench.builds.accepted).toHaveLength(1);
  expect(await phaseOf(bench, deployment_id)).toBe('queued');
});

test('a lost answer leads to no second build, also when the first has started already', async () => {
  const bench = at();
  bench.builds.loseNextAnswer();
  const { deployment_id } = await bench.order();
  await round(bench);
  expect(await phaseOf(bench, deployment_id)).toBe('triggering');
  const build = must(bench.builds.startNext());

  await rounds(bench, 4);

  expect(bench.builds.accepted).toHaveLength(1);
  expect(await bench.store.deployment(deployment_id)).toMatchObject({
    ...{ phase: 'queued', build: { number: build.number } },
  });
});

test('a search that sees nothing because we lost the right to read the job leads to no second build', async () => {
  const bench = at();
  bench.builds.loseNextAnswer();
  const { deployment_id } = await bench.order();
  await round(bench);
  bench.builds.hidden = true;
  await rounds(bench, 6);
  expect(await phaseOf(bench, deployment_id)).toBe('triggering');

  bench.builds.hidden = false;
  await rounds(bench, 2);

  expect(await phaseOf(bench, deployment_id)).toBe('queued');
  expect(bench.builds.accepted).toHaveLength(1);
});

test('a claim may come before we know that the build was accepted', async () => {
  const bench = at();
  bench.builds.loseNextAnswer();
  const { deployment_id } = await bench.order();
  await round(bench);

  const claim = await bench.claim(must(bench.builds.startNext()));
  await rounds(bench, 2);

  expect(claim.deployment_id).toBe(deployment_id);
  expect(await phaseOf(bench, deployment_id)).toBe('claimed');
  expect(bench.builds.accepted).toHaveLength(1);
});

test('Jenkins that is down at the click hears of the order when it is back, without anybody’s help', async () => {
  const bench = at();
  bench.builds.down = true;
  const { deployment_id } = await bench.order();
  await rounds(bench, 5);
  expect(await bench.store.deployment(deployment_id)).toMatchObject({
    ...{ phase: 'triggering', queue_why: 'The build server is down' },
  });

  bench.builds.down = false;
  await rounds(bench, 2);

  expect(await phaseOf(bench, deployment_id)).toBe('queued');
  expect(bench.builds.accepted).toHaveLength(1);
});

test('a refusal for good is told in Jenkins’ words, and frees lock and slot', async () => {
  const bench = at();
  bench.builds.answerNext({ kind: 'refused', detail: 'The job is disabled' });
  const { deployment_id, instance_id } = await bench.order();
  await round(bench);

  expect(await bench.store.deployment(deployment_id)).toMatchObject({
    ...{ phase: 'rejected', finished_at: bench.now },
    reason: { code: 'build_server_refused', detail: 'The job is disabled' },
  });
  expect(await bench.store.instance(instance_id)).toMatchObject({ active: '' });
  expect((await bench.store.load('cl-a' as never)).active).toEqual([]);
});

test('an answer that is nearly always a refusal is looked for once, then believed', async () => {
  const bench = at();
  bench.builds.answerNext({ kind: 'ambiguous', detail: 'Jenkins answered 500', whenNotFound: 'refuse' });
  const { deployment_id } = await bench.order();
  await round(bench);

  expect(await bench.store.deployment(deployment_id)).toMatchObject({
    ...{ phase: 'rejected', reason: { detail: 'Jenkins answered 500' } },
  });
  expect(bench.builds.accepted).toEqual([]);
});

test('an order whose host was removed meanwhile is rejected, not triggered', async () => {
  const bench = at();
  bench.builds.down = true;
  const { deployment_id } = await bench.order();
  await round(bench);
  await bench.hosts.remove('cl-a' as never);
  bench.builds.down = false;
  await round(bench);

  expect(await bench.store.deployment(deployment_id)).toMatchObject({
    ...{ phase: 'rejected', reason: { code: 'host_not_found' } },
  });
});

test('a crash of Jenkins that forgets its queue leads to one new item', async () => {
  const bench = at();
  const { deployment_id } = await bench.order();
  await round(bench);
  bench.builds.forgetQueue();

  await rounds(bench, 5);

  expect(bench.builds.accepted).toHaveLength(2);
  expect(await phaseOf(bench, deployment_id)).toBe('queued');
  expect(bench.builds.startNext()?.parameters['DEPLOYMENT_ID']).toBe(deployment_id);
  expect(bench.builds.startNext()).toBeUndefined();
});

test('after a crash the id of our item may be somebody else’s: it is neither believed nor cancelled', async () => {
  const bench = at();
  const { deployment_id } = await bench.order();
  await round(bench);
  bench.builds.forgetQueue();
  await bench.builds.trigger(DEPLOY_JOB, { THEIRS: 'x' }, new AbortController().signal);
  expect((await bench.store.deployment(deployment_id))?.queue_id).toBe('1');

  await bench.core.orders.cancel(deployment_id, ORDERER);
  await rounds(bench, 5);

  expect(await phaseOf(bench, deployment_id)).toBe('cancelled');
  expect(bench.builds.startNext()?.parameters).toEqual({ THEIRS: 'x' });
});

test('an item that somebody cancels in Jenkins ends the order, with the reason', async () => {
  const bench = at();
  const { deployment_id, instance_id } = await bench.order();
  await round(bench);
  await bench.builds.cancelQueueItem('1' as never, deployment_id, new AbortController().signal);
  await round(bench);

  expect(await bench.store.deployment(deployment_id)).toMatchObject({
    ...{ phase: 'cancelled', reason: { code: 'cancelled_in_jenkins' }, finished_at: bench.now },
  });
  expect(await bench.store.instance(instance_id)).toMatchObject({ active: '', desired_release: '' });
});
