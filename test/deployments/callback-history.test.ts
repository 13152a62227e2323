import { beforeEach, expect, test } from '@jest/globals';
import request, { type Response } from 'supertest';
import { CallbackHistory, type CallbackView } from '../../src/deployments/callback-history.ts';
import type { ClaimAnswer } from '../../src/deployments/callback-messages.ts';
import { benchPerTest } from './bench-per-test.ts';
import { httpBench, newMessageId, sendCallback, TOKEN, type HttpBench, type Signing } from './http-bench.ts';
import { buildOf } from './operators.ts';
import { must } from './records.ts';

const at = benchPerTest();
let http: HttpBench;

beforeEach(() => {
  http = httpBench(at());
});

const FORGED = { key: Buffer.alloc(32, 9) };

const send = (kind: string, message: unknown, signing?: Signing) =>
  sendCallback({ app: http.app, bench: at() }, kind, message, signing);

const get = async (path: string): Promise<Response> =>
  request(http.app).get(path).set('authorization', `Bearer ${TOKEN}`);

async function heard(path: string): Promise<readonly CallbackView[]> {
  return ((await get(path)).body as { callbacks: readonly CallbackView[] }).callbacks;
}

async function claimed() {
  const bench = at();
  const placed = await bench.order();
  await bench.core.tracker.round();
  const build = must(bench.builds.startNext());
  const message = { protocol: 1, job: build.job, build_number: build.number };
  const answer = await send('claim', message);
  const claim = answer.body as ClaimAnswer;
  const leased = { lease: claim.lease, deployment_id: claim.deployment_id };
  return { ...placed, build, message, leased, claim };
}

test('a deployment lists its callbacks, newest first, with their verdicts', async () => {
  const { leased, deployment_id, instance_id, build } = await claimed();
  at().now += 1_000;
  await send('progress', { ...leased, lease: 'wrong', stage: 'pull', status: 'started' });
  at().now += 1_000;
  await send('progress', { ...leased, stage: 'pull', status: 'started' });

  const answer = await get(`/api/deployments/${deployment_id}/callbacks`);

  const common = { deployment_id, instance_id, job: build.job, build_number: build.number, times: 1 };
  expect(answer.body).toMatchObject({
    total: 3,
    callbacks: [
      { ...common, kind: 'progress', verdict: 'accepted' },
      { ...common, kind: 'progress', verdict: 'refused', code: 'lease_invalid' },
      { ...common, kind: 'claim', verdict: 'accepted', at: new Date(at().now - 2_000).toISOString() },
    ],
  });
  expect(answer.text).not.toContain(leased.lease);
});

test('a claim that makes a new deployment of an operator’s build is listed there', async () => {
  const bench = at();
  const { instance_id } = await bench.bringLive();
  const build = buildOf(bench, { INSTANCE_ID: instance_id });

  const answer = await send('claim', { protocol: 1, job: build.job, build_number: build.number });

  const { deployment_id } = answer.body as ClaimAnswer;
  expect(await heard(`/api/deployments/${deployment_id}/callbacks`)).toMatchObject([
    { kind: 'claim', verdict: 'accepted', deployment_id, instance_id },
  ]);
});

test('a refused claim is listed with its words at the deployment that it named', async () => {
  const { deployment_id, instance_id, message } = await claimed();
  at().now += 1_000;

  await send('claim', { ...message, build_number: 999, deployment_id, instance_id }).expect((answer) => {
    expect(answer.status).toBeGreaterThanOrEqual(400);
  });

  const [last] = await heard(`/api/deployments/${deployment_id}/callbacks`);
  expect(last).toMatchObject({ verdict: 'refused', build_number: 999, deployment_id, instance_id });
  expect(last?.detail).toMatch(/\w+/);
});

test('the same message again is one entry that counts', async () => {
  const { message, deployment_id } = await claimed();
  const id = newMessageId();
  for (let n = 0; n < 3; n += 1) await send('claim', message, { id });

  expect(await heard(`/api/deployments/${deployment_id}/callbacks`)).toMatchObject([
    { kind: 'claim', times: 3 },
    { kind: 'claim', times: 1 },
  ]);
});

test.each([
  'not json',
  '[]',
  '7',
  'null',
  '{"__proto__":{"kind":"evil"}}',
  '{"deployment_id":{"evil":1},"instance_id":["evil"],"job":"evil\\n","build_number":1e99}',
  '{"deployment_id":"d-00000000000000000000","instance_id":"../evil","job":7,"build_number":"1"}',
])('of a signed message that makes no sense nothing is kept: %s', async (text) => {
  await send('claim', text).expect(400);

  const [one, ...others] = await heard('/api/callbacks');
  expect(others).toEqual([]);
  expect(one).toMatchObject({
    kind: 'claim',
    verdict: 'refused',
    key_id: expect.stringMatching(/^[0-9a-f]{8}$/),
  });
  expect(one).not.toHaveProperty('deployment_id');
  expect(JSON.stringify({ ...one, detail: '' })).not.toContain('evil');
});

test('unsigned ones stand in the list of all, one entry for each sender and hour, without a word of theirs', async () => {
  const { deployment_id } = await claimed();
  at().now += 1_000;
  for (let n = 0; n < 5; n += 1) {
    await send('ready', { deployment_id, lease: 'x', evil: 'words of a stranger' }, FORGED);
  }

  const all = await get('/api/callbacks');

  expect(all.body).toMatchObject({ total: 2, callbacks: [{ code: 'signature_invalid', times: 5 }, {}] });
  expect(all.text).not.toContain('stranger');
  expect(await heard(`/api/deployments/${deployment_id}/callbacks`)).toHaveLength(1);
  expect((await heard('/api/callbacks?verdict=accepted')).map(({ kind }) => kind)).toEqual(['claim']);
  expect((await heard('/api/callbacks?verdict=refused')).map(({ kind }) => kind)).toEqual(['ready']);
});

test('strangers from everywhere push no signed callback out of the list', async () => {
  await claimed();
  const { redis, prefix, store } = at();
  const history = new CallbackHistory({ redis, prefix, store, clock: () => at().now });
  const refusal = { code: 'signature_invalid', detail: 'It is not signed' };
  for (let minute = 0; minute < 20; minute += 1) {
    at().now += 60_000;
    for (let n = 0; n < 40; n += 1)
      await history.unsigned('claim', refusal, `203.0.${String(minute)}.${String(n)}`);
  }

  const all = await get('/api/callbacks?limit=200');

  expect((all.body as { total: number }).total).toBe(501);
  expect(await heard('/api/callbacks?verdict=accepted')).toHaveLength(1);
});

test('after 30 days a callback is gone', async () => {
  const { deployment_id } = await claimed();
  at().now += 30 * 86_400_000 + 1;

  expect(await heard('/api/callbacks')).toEqual([]);
  expect((await get(`/api/deployments/${deployment_id}/callbacks`)).body).toEqual({
    callbacks: [],
    total: 0,
  });
});

test.each(['/api/callbacks?cursor=bogus', '/api/callbacks?verdict=maybe', '/api/callbacks?limit=0'])(
  'a question that makes no sense is refused: %s',
  async (path) => {
    const answer = await get(path);

    expect([answer.status, (answer.body as { code: string }).code]).toEqual([400, 'validation_failed']);
  },
);
