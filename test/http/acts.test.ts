import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Joi from 'joi';
import request from 'supertest';
import { declaredCalls } from '../../src/docs/declared-calls.ts';
import { Acts, type ActView } from '../../src/http/acts.ts';
import { call, routerOf } from '../../src/http/call.ts';
import { noteRequest } from '../../src/http/request-context.ts';
import { AppError } from '../../src/platform/errors.ts';
import { until } from '../testbed/until.ts';
import { PAGES, startApi, TOKEN, type ApiTestbed } from './api-testbed.ts';

let bed: ApiTestbed;
let seenAtWork: unknown;

const ANSWERS = { 200: { description: 'Done' } };
const ONE = { path: '/api/instances/:id', params: { id: Joi.string() }, summary: 'One', answers: ANSWERS };
const COMMON = { method: 'post', summary: 'Many', answers: ANSWERS } as const;
let go: () => void = () => undefined;

beforeAll(async () => {
  const router = routerOf([
    call({
      ...{ ...COMMON, path: '/api/instances', right: 'instances:create', act: 'instances.create' },
      handle: async ({ response }) => {
        seenAtWork = (await read()).acts[0];
        noteRequest({ instanceId: 'acme-1', deploymentId: 'd-1' });
        response.status(202).json({});
      },
    }),
    call({
      ...{ ...ONE, method: 'delete', right: 'instances:delete', act: 'instances.delete' },
      handle: ({ request: { params }, response }) => {
        if (params['id'] !== 'acme-1') throw new AppError('instance_not_found', 'There is no such instance');
        response.json({});
      },
    }),
    call({
      ...{ ...COMMON, path: '/api/hosts', right: 'hosts:write', act: 'hosts.create' },
      handle: ({ response }) => void response.json({}),
    }),
    call({
      ...{ ...COMMON, path: '/api/slow', right: 'hosts:write', act: 'slow.create' },
      handle: async ({ response }) => {
        await new Promise<void>((resolve) => (go = resolve));
        response.json({});
      },
    }),
  ]);
  bed = await startApi({ routers: [router] });
});

afterAll(async () => bed.close());

const api = () => request(bed.api.app);
const admin = { authorization: `Bearer ${TOKEN}` };

async function read(query = ''): Promise<{ acts: readonly ActView[]; total: number; next_cursor?: string }> {
  return (await api().get(`/api/acts${query}`).set(admin).expect(200)).body as never;
}

/** The newest act, once its outcome is written. */
async function lastAct(): Promise<ActView> {
  const newest = async () => (await read()).acts[0];
  const act = await until(newest, (one) => typeof one?.outcome === 'string');
  if (act === undefined) throw new Error('there is no act');
  return act;
}

test('a change is recorded with who, how, what, why and request id before it is done, with its outcome after', async () => {
  const answer = await api()
    .post('/api/instances')
    .set({ ...admin, 'x-request-id': 'order-00001' })
    .send({ why: 'the fair in May' })
    .expect(202);

  const intent = { by: 'admin', via: 'token', act: 'instances.create', why: 'the fair in May' };
  expect(seenAtWork).toMatchObject({ ...intent, request_id: 'order-00001', outcome: null });
  expect(await lastAct()).toMatchObject({
    ...{ ...intent, request_id: answer.headers['x-request-id'] },
    ...{ outcome: 'ok', instance_id: 'acme-1', deployment_id: 'd-1' },
  });
});

test('a refusal is recorded with its code', async () => {
  const cookie = await bed.signedIn();

  await api().delete('/api/instances/acme-9?why=gone').set({ cookie, origin: PAGES }).expect(404);
  expect(await lastAct()).toMatchObject({
    ...{ by: 'ana', via: 'session', act: 'instances.delete', why: 'gone' },
    ...{ instance_id: 'acme-9', outcome: 'instance_not_found' },
  });

  await api().delete('/api/instances/acme-9?why=two%0Alines').set({ cookie, origin: PAGES }).expect(400);
  expect(await lastAct()).toMatchObject({ why: 'two lines', outcome: 'validation_failed' });
});

test('who lacks the right leaves nothing in the record, and a line in the log', async () => {
  const before = (await read()).total;
  const cookie = await bed.signedIn();
  bed.lines();

  await api().post('/api/hosts').set({ cookie, origin: PAGES }).expect(403);

  expect((await read()).total).toBe(before);
  const refused = { user: 'ana', method: 'POST', path: '/api/hosts', errorCode: 'forbidden' };
  await until(
    async () => Promise.resolve(bed.lines()),
    (lines) => lines.some((line) => Object.entries(refused).every(([name, value]) => line[name] === value)),
  );
});

test('acts of one user push no act of another out of any list', async () => {
  await api().delete('/api/instances/acme-1?why=important').set(admin).expect(200);
  const mine = { act: 'instances.delete', instance_id: 'acme-1', request_id: 'x' };
  const acts = new Acts({ redis: bed.redis, prefix: 'ark:{ark}:', clock: Date.now });
  const flood = { ...mine, by: 'eve', via: 'session', why: '', outcome: 'ok' } as const;
  for (let round = 0; round < 101; round += 1) {
    await Promise.all(Array.from({ length: 100 }, () => acts.record(flood)));
  }

  const important = expect.arrayContaining([expect.objectContaining({ why: 'important' })]);
  expect((await read('?by=admin')).acts).toEqual(important);
  expect((await read('?by=admin&instance=acme-1')).acts).toEqual(important);
  expect((await read('?by=eve')).total).toBe(10_000);
  expect((await read()).total).toBeGreaterThan(10_100);
  await bed.redis.flushall();
}, 60_000);

test('an act that was done is recorded as done, also when its caller has gone', async () => {
  const gone = new AbortController();
  await bed.api.listen().then((port) => {
    const url = `http://127.0.0.1:${String(port)}/api/slow`;
    void fetch(url, { method: 'POST', headers: admin, signal: gone.signal }).catch(() => undefined);
  });
  await until(
    async () => (await read()).acts[0],
    (act) => act?.act === 'slow.create',
  );
  bed.lines();
  gone.abort();
  await until(
    async () => Promise.resolve(bed.lines()),
    (lines) => lines.some(({ reason }) => reason === 'connection closed early'),
  );
  expect((await read()).acts[0]).toMatchObject({ act: 'slow.create', outcome: null });

  go();

  expect(await lastAct()).toMatchObject({ act: 'slow.create', outcome: 'ok' });
});

test('a command of this machine is recorded as such, a browser that claims to be one is not', async () => {
  await api()
    .post('/api/hosts')
    .set({ ...admin, 'user-agent': 'ark-cli' })
    .expect(200);
  expect((await lastAct()).via).toBe('cli');

  const cookie = await bed.signedIn();
  await api()
    .delete('/api/instances/acme-9')
    .set({ cookie, origin: PAGES, 'user-agent': 'ark-cli' })
    .expect(404);
  expect((await lastAct()).via).toBe('session');
});

test('nothing is recorded of reads, of strangers, of foreign pages and of addresses that are not there', async () => {
  const before = (await read()).total;
  const cookie = await bed.signedIn();

  await api().get('/api/session').set(admin).expect(200);
  await api().post('/api/hosts').expect(401);
  await api().post('/api/hosts').set({ cookie, origin: 'http://evil.example' }).expect(403);
  await api().post('/api/nothing').set(admin).expect(404);
  await api().put('/api/hosts').set(admin).expect(405);

  expect((await read()).total).toBe(before);
});

test('acts are listed by instance and by user, page by page', async () => {
  const own = await api().get('/api/acts?by=ana&instance=acme-9').set(admin);
  expect(own.body).toMatchObject({ total: 1, acts: [{ act: 'instances.delete' }] });
  expect((await read('?by=admin')).acts.map(({ by }) => by)).not.toContain('ana');

  const first = await read('?limit=2');
  const second = await read(`?limit=200&cursor=${first.next_cursor ?? ''}`);
  expect(first.acts.length + second.acts.length).toBe(first.total);
  expect(new Set([...first.acts, ...second.acts].map(({ id }) => id)).size).toBe(first.total);
});

test.each(['?cursor=bogus', '?cursor=%00', '?limit=0', '?limit=201', '?who=ana', '?by=a&by=b'])(
  'a question that makes no sense is refused: %s',
  async (query) => {
    const answer = await api().get(`/api/acts${query}`).set(admin);

    expect([answer.status, (answer.body as { code: string }).code]).toEqual([400, 'validation_failed']);
  },
);

test('while acts cannot be recorded, nothing is done', async () => {
  const own = await startApi();
  await own.server.kill();

  const answer = await request(own.api.app).post('/api/sign-in-links').set(admin);

  expect([answer.status, (answer.body as { code: string }).code]).toEqual([503, 'store_unavailable']);
  await own.close();
});

test('every changing call of the coordinator is an act of its own', () => {
  const names = declaredCalls()
    .filter(({ method, right }) => method !== 'get' && right !== 'signature')
    .map(({ act }) => act);

  expect(names.length).toBeGreaterThan(15);
  expect(names).not.toContain(undefined);
  expect(new Set(names).size).toBe(names.length);
});

test('a change that does not name its act cannot be declared', () => {
  const nameless = { ...COMMON, path: '/api/nameless', right: 'any_user', handle: () => undefined } as const;

  expect(() => call(nameless)).toThrow('name its act');
});
