import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Router } from 'express';
import request from 'supertest';
import { declaredCalls } from '../../src/docs/declared-calls.ts';
import type { ActView } from '../../src/http/acts.ts';
import { requireRight } from '../../src/http/authentication.ts';
import { actNameOf } from '../../src/http/record-acts.ts';
import { noteRequest } from '../../src/http/request-context.ts';
import { AppError } from '../../src/platform/errors.ts';
import { until } from '../testbed/until.ts';
import { PAGES, startApi, TOKEN, type ApiTestbed } from './api-testbed.ts';

let bed: ApiTestbed;
let seenAtWork: unknown;

beforeAll(async () => {
  const router = Router();
  router.post('/api/instances', requireRight('instances:create'), async (_incoming, response) => {
    seenAtWork = (await read()).acts[0];
    noteRequest({ instanceId: 'acme-1', deploymentId: 'd-1' });
    response.status(202).json({});
  });
  router.delete('/api/instances/:id', requireRight('instances:delete'), () => {
    throw new AppError('instance_not_found', 'There is no such instance');
  });
  router.post('/api/hosts', requireRight('hosts:write'), (_incoming, response) => {
    response.json({});
  });
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
    .send({ why: ' the fair\nin May ' })
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

  await api().post('/api/hosts').set({ cookie, origin: PAGES }).expect(403);
  expect(await lastAct()).toMatchObject({ by: 'ana', act: 'hosts.create', outcome: 'forbidden' });
});

test('a command of this machine is recorded as such, a browser that claims to be one is not', async () => {
  await api()
    .post('/api/hosts')
    .set({ ...admin, 'user-agent': 'ark-cli' })
    .expect(200);
  expect((await lastAct()).via).toBe('cli');

  const cookie = await bed.signedIn();
  await api().post('/api/hosts').set({ cookie, origin: PAGES, 'user-agent': 'ark-cli' }).expect(403);
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

test.each([
  ['POST', '/api/instances', 'instances.create'],
  ['POST', '/api/instances/:id/deployments', 'instances.deployments.create'],
  ['DELETE', '/api/instances/:id', 'instances.delete'],
  ['POST', '/api/deployments/:id/cancel', 'deployments.cancel'],
  ['POST', '/api/instances/:id/withdraw-route', 'instances.withdraw-route'],
  ['PATCH', '/api/products/:id', 'products.edit'],
  ['PUT', '/api/instances/:id/note', 'instances.note.set'],
  ['POST', '/api/system/freeze', 'system.freeze'],
  ['POST', '/api/sign-in-links', 'sign-in-links.create'],
  ['POST', '/api/callback-keys/:key_id/revoke', 'callback-keys.revoke'],
  ['POST', '/api/session/sign-out', 'session.sign-out'],
])('%s %s is the act %s', (method, pattern, name) => {
  expect(actNameOf(method, pattern)).toBe(name);
});

test('no two changing calls of the coordinator are the same act', () => {
  const names = declaredCalls()
    .filter(({ method, right }) => method !== 'get' && right !== 'signature')
    .map(({ method, path }) => actNameOf(method.toUpperCase(), path));

  expect(names.length).toBeGreaterThan(15);
  expect(new Set(names).size).toBe(names.length);
});
