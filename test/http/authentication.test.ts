import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Router } from 'express';
import request from 'supertest';
import { actorOf, requireRight } from '../../src/http/authentication.ts';
import { PAGES, startApi, TOKEN, type ApiTestbed } from './api-testbed.ts';

let bed: ApiTestbed;
let cookie: string;

beforeAll(async () => {
  const router = Router();
  router.get('/api/things', requireRight('instances:read'), (incoming, response) => {
    const { kind, user, role } = actorOf(incoming);
    response.json({ kind, user, role });
  });
  router.post('/api/things', requireRight('instances:create'), (_incoming, response) => {
    response.status(202).json({});
  });
  router.delete('/api/things', requireRight('hosts:write'), (_incoming, response) => {
    response.json({});
  });
  bed = await startApi({ routers: [router] });
  cookie = await bed.signedIn();
});

afterAll(async () => bed.close());

const api = () => request(bed.api.app);

test('without credentials: 401 as a problem that names the scheme', async () => {
  const answer = await api().get('/api/things');

  expect(answer.status).toBe(401);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/problem+json; charset=utf-8',
    'www-authenticate': 'Bearer realm="ark"',
  });
  expect(answer.body).toMatchObject({
    code: 'unauthorized',
    status: 401,
    request_id: answer.headers['x-request-id'],
  });
});

test('the token is an administrator, without any Origin', async () => {
  const answer = await api().get('/api/things').set('authorization', `Bearer ${TOKEN}`);
  expect(answer.body).toEqual({ kind: 'token', user: 'admin', role: 'admin' });

  await api().post('/api/things').set('authorization', `bearer ${TOKEN}`).expect(202);
});

test.each(['Bearer wrong', `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, 'Bearer', `Basic ${TOKEN}`])(
  'a wrong token ends with 401: %s',
  async (authorization) => {
    await api().get('/api/things').set({ authorization, cookie }).expect(401);
  },
);

test('a session reads; what its role lacks is 403 and names the right', async () => {
  expect((await api().get('/api/things').set({ cookie })).body).toEqual({
    kind: 'session',
    user: 'ana',
    role: 'operator',
  });

  const refused = await api().delete('/api/things').set({ cookie, origin: PAGES });
  expect(refused.body).toMatchObject({ code: 'forbidden', right: 'hosts:write' });
});

test.each([
  ['our own page', { origin: PAGES }, 202],
  ['no Origin', {}, 403],
  ['a tenant on the apps origin', { origin: 'http://pages.example:3001' }, 403],
  ['an opaque origin', { origin: 'null' }, 403],
  ['a look-alike', { origin: `${PAGES}.evil.example` }, 403],
])('a change with a cookie from %s', async (_from, headers, status) => {
  const answer = await api()
    .post('/api/things')
    .set({ cookie, ...headers });

  expect(answer.status).toBe(status);
  if (status === 403) expect(answer.body).toMatchObject({ code: 'origin_refused' });
});

test.each([
  ['same-origin', 200],
  ['none', 200],
  ['same-site', 403],
  ['cross-site', 403],
])('a read with a cookie and Sec-Fetch-Site %s', async (site, status) => {
  await api().get('/api/things').set({ cookie, 'sec-fetch-site': site }).expect(status);
});

test('a read with a cookie and a foreign Origin is refused, also without Sec-Fetch-Site', async () => {
  await api().get('/api/things').set({ cookie, origin: 'http://apps.example:3001' }).expect(403);
});

test('two session cookies in one request: 401, even if one is good', async () => {
  await api().get('/api/things').set('cookie', `ark_session=planted; ${cookie}`).expect(401);
  await api().get('/api/things').set('cookie', `${cookie}; other=1; ${cookie}`).expect(401);
});

test.each([
  'ark_session=',
  'ark_session=short',
  `ark_session=${'A'.repeat(43)}`,
  `ark_session=${'é'.repeat(43)}`,
])('a cookie without session: 401 (%s)', async (stranger) => {
  await api().get('/api/things').set('cookie', encodeURI(stranger)).expect(401);
});
