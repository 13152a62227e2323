import { expect, test } from '@jest/globals';
import { benchPerTest } from './bench-per-test.ts';
import { dump } from './dump.ts';
import { httpBench, isSigned, newMessageId, sendCallback } from './http-bench.ts';
import { must } from './records.ts';
import { arriveAt, rounds } from './stations.ts';

// A store that was wiped, restored or replaced: nothing is triggered, given out or applied until it is accepted.

const at = benchPerTest();

test('an order is kept and triggered when the store is accepted', async () => {
  const bench = at();
  bench.mayAct = false;
  const { deployment_id } = await bench.order();
  await rounds(bench, 3);
  expect(bench.builds.accepted).toEqual([]);
  expect(await bench.store.deployment(deployment_id)).toMatchObject({ phase: 'waiting' });

  bench.mayAct = true;
  await bench.core.tracker.round();
  expect(bench.builds.accepted).toHaveLength(1);
});

test('no build is given a lease: an unsigned 503, so that it asks again until its deadline', async () => {
  const bench = at();
  await bench.order();
  await bench.core.tracker.round();
  const build = must(bench.builds.startNext());
  const message = { protocol: 1, job: build.job, build_number: build.number };
  const { app } = httpBench(bench);
  const id = newMessageId();
  bench.mayAct = false;

  const refused = await sendCallback({ app, bench }, 'claim', message, { id });
  expect([refused.status, (refused.body as { code: string }).code]).toEqual([503, 'generation_changed']);
  expect(isSigned(refused, id)).toBe(false);

  bench.mayAct = true;
  expect((await sendCallback({ app, bench }, 'claim', message, { id })).status).toBe(200);
});

test.each(['progress', 'ready', 'retired', 'failed'] as const)('%s changes nothing', async (kind) => {
  const bench = at();
  const { claim } = await arriveAt(bench, 'deploying');
  const { lease, deployment_id } = must(claim);
  const messages = {
    progress: { lease, deployment_id, stage: 'gate', status: 'started' },
    ready: bench.readyMessage(must(claim)),
    retired: { lease, deployment_id, removed: [] },
    failed: { lease, deployment_id, stage: 'gate', reason: 'unhealthy', log_tail: '' },
  };
  bench.mayAct = false;
  const leave_out = /^callbacks?:/;
  const before = await dump(bench.redis, bench.prefix, leave_out);

  const answer = await sendCallback({ app: httpBench(bench).app, bench }, kind, messages[kind]);

  expect((answer.body as { code: string }).code).toBe('generation_changed');
  expect(await dump(bench.redis, bench.prefix, leave_out)).toEqual(before);
});

test('a probe that began before decides nothing after', async () => {
  const bench = at();
  const { claim, instance_id } = await arriveAt(bench, 'deploying');
  bench.probe = () => {
    bench.mayAct = false;
    return { healthy: true };
  };

  const answer = await bench.core.callbacks.ready(bench.readyMessage(must(claim)));

  expect(answer.body).toEqual({ state: 'verifying' });
  expect(await bench.route(instance_id)).toMatchObject({ state: 'updating' });
});
