import { beforeEach, expect, test } from '@jest/globals';
import request from 'supertest';
import type { DeploymentView } from '../../src/deployments/views.ts';
import { ORDERER } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { httpBench, TOKEN, type HttpBench } from './http-bench.ts';
import { must } from './records.ts';

const at = benchPerTest();
let http: HttpBench;

beforeEach(() => {
  http = httpBench(at());
});

const get = (path: string) => request(http.app).get(path).set('authorization', `Bearer ${TOKEN}`);
const cancel = (id: string, body: object = {}) =>
  request(http.app).post(`/api/deployments/${id}/cancel`).set('authorization', `Bearer ${TOKEN}`).send(body);

test('a finished deployment tells who, why, when, with which build, and how it was decided', async () => {
  const bench = at();
  const { deployment_id, instance_id, build, claim } = await bench.bringLive();
  const now = new Date(bench.now).toISOString();

  const { body } = await get(`/api/deployments/${deployment_id}`);

  expect(body).toMatchObject({
    ...{ deployment_id, instance_id, kind: 'deploy', phase: 'succeeded', trigger: 'api', by: 'admin' },
    ...{ reason: null, pending: null, cancel: null, seq: claim.seq, finished_at: now, queue_id: '1' },
    build: { job: build.job, number: build.number, url: build.url },
    decision: { outcome: 'switched', at: now, retire: [] },
  });
  const phases = (body as { timeline: { phase: string }[] }).timeline.map(({ phase }) => phase);
  expect(phases).toEqual([
    'accepted',
    'waiting',
    'triggering',
    'queued',
    'claimed',
    'verifying',
    'retiring',
    'succeeded',
  ]);
});

test('the stages of a build are shown with their times', async () => {
  const bench = at();
  const { deployment_id } = await bench.order();
  await bench.core.tracker.round();
  const claim = await bench.claim(must(bench.builds.startNext()));
  const leased = { lease: claim.lease, deployment_id: claim.deployment_id };
  await bench.core.callbacks.progress({ ...leased, stage: 'pull', status: 'started' });
  bench.now += 2_000;
  await bench.core.callbacks.progress({ ...leased, stage: 'pull', status: 'done' });

  const { body } = await get(`/api/deployments/${deployment_id}`);

  expect(body).toMatchObject({
    phase: 'deploying',
    stages: [
      { stage: 'pull', status: 'started', at: new Date(bench.now - 2_000).toISOString() },
      { stage: 'pull', status: 'done', at: new Date(bench.now).toISOString() },
    ],
  });
});

test('what waits tells for what, for whom, since when, until when and what comes next', async () => {
  const bench = at();
  const { instance_id, deployment_id } = await bench.order();
  await bench.core.tracker.round();
  const second = await bench.core.orders.deployAgain(instance_id, {}, ORDERER);

  const { body } = await get(`/api/deployments/${second.deployment_id}`);

  expect(body).toMatchObject({
    phase: 'waiting',
    pending: {
      ...{ reason: 'instance_busy', holder: deployment_id, since: new Date(bench.now).toISOString() },
      deadline: new Date(bench.now + 900_000).toISOString(),
      next: expect.stringContaining('instance'),
    },
  });
});

test('the log of the build is text, whatever is in it', async () => {
  const bench = at();
  const { deployment_id, build } = await bench.bringLive();
  bench.builds.writeLog(build, '<script>alert(1)</script> ñ\n');

  const answer = await get(`/api/deployments/${deployment_id}/log`);

  expect(answer.text).toBe('<script>alert(1)</script> ñ\n');
  expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
});

test('a number that another build has now shows no log', async () => {
  const bench = at();
  const { deployment_id, build } = await bench.bringLive();
  bench.builds.writeLog(build, 'of somebody else');
  const { number, url } = build;
  const before = JSON.stringify({ number, url, timestamp: build.timestamp - 1 });
  await bench.redis.hset(`${bench.prefix}deployment:${deployment_id}`, 'build', before);

  const answer = await get(`/api/deployments/${deployment_id}/log`);

  expect([answer.status, answer.text]).toEqual([200, '']);
});

test('before there is a build the log is empty; while Jenkins is away it is 503', async () => {
  const bench = at();
  const { deployment_id } = await bench.order();
  expect((await get(`/api/deployments/${deployment_id}/log`)).text).toBe('');

  await bench.runBuild();
  bench.builds.down = true;
  const answer = await get(`/api/deployments/${deployment_id}/log`);
  expect([answer.status, (answer.body as { code: string }).code]).toEqual([503, 'build_server_unavailable']);
});

test('history is listed newest first, of all instances or of one, in pages', async () => {
  const bench = at();
  const one = await bench.bringLive();
  bench.now += 1_000;
  const other = await bench.bringLive();
  bench.now += 1_000;
  await bench.core.orders.deployAgain(one.instance_id, {}, ORDERER);
  const { claim } = await bench.runBuild();
  const list = async (query: string) => {
    const { body } = await get(`/api/deployments?${query}`);
    const page = body as { total: number; deployments: { deployment_id: string }[]; next_cursor?: string };
    return { ...page, ids: page.deployments.map(({ deployment_id }) => deployment_id) };
  };

  expect((await list('')).ids).toEqual([claim.deployment_id, other.deployment_id, one.deployment_id]);
  const first = await list(`instance=${one.instance_id}&limit=1`);
  expect([first.total, first.ids]).toEqual([2, [claim.deployment_id]]);
  const second = await list(`instance=${one.instance_id}&limit=1&cursor=${first.next_cursor ?? ''}`);
  expect([second.total, second.ids, second.next_cursor]).toEqual([2, [one.deployment_id], undefined]);
  expect(await list('instance=nobody')).toMatchObject({ total: 0, ids: [] });
});

test('a cancel is answered with what it led to', async () => {
  const bench = at();
  const { deployment_id } = await bench.order();
  await bench.core.tracker.round();

  const answer = await cancel(deployment_id, { why: 'wrong version' });

  expect(answer.status).toBe(202);
  expect(answer.body).toMatchObject({ deployment_id, cancel: { by: 'admin', why: 'wrong version' } });
  await bench.core.tracker.round();
  expect(await bench.store.deployment(deployment_id)).toMatchObject({
    ...{ phase: 'cancelled', reason: { detail: 'Cancelled by admin: wrong version' } },
  });
  const after = await cancel(deployment_id);
  expect([after.status, (after.body as { code: string }).code]).toEqual([409, 'already_ended']);
});

test('after the switch a cancel is too late: 409 already_live', async () => {
  const bench = at();
  await bench.order();
  await bench.core.tracker.round();
  const claim = await bench.claim(must(bench.builds.startNext()));
  await bench.core.callbacks.ready(bench.readyMessage(claim));

  const answer = await cancel(claim.deployment_id);

  expect([answer.status, (answer.body as { code: string }).code]).toEqual([409, 'already_live']);
});

test('what has not ended can be asked for alone, page by page, with what holds it', async () => {
  const bench = at();
  await bench.bringLive();
  const active = await bench.order();
  await bench.core.tracker.round();
  const waiting = await bench.core.orders.deployAgain(active.instance_id, {}, ORDERER);

  const first = (await get('/api/deployments?open=true&limit=1')).body as Listed;
  const second = (await get(`/api/deployments?open=true&limit=1&cursor=${first.next_cursor}`)).body as Listed;

  expect([first.total, second.total, second.next_cursor]).toEqual([2, 2, undefined]);
  const both = [...first.deployments, ...second.deployments];
  expect(new Set(both.map(({ deployment_id: id }) => id))).toEqual(
    new Set([active.deployment_id, waiting.deployment_id]),
  );
  const held = both.find(({ deployment_id: id }) => id === waiting.deployment_id);
  expect(held?.pending).toMatchObject({ reason: 'instance_busy', holder: active.deployment_id });
});

interface Listed {
  readonly total: number;
  readonly deployments: readonly DeploymentView[];
  readonly next_cursor: string;
}
