import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Router } from 'express';
import request from 'supertest';
import { actorOf, requireRight } from '../../src/http/authentication.ts';
import { PAGES, startApi, TOKEN, type ApiTestbed } from './api-testbed.ts';

let bed: ApiTestbed;
let cookie: string;
let port: number;

beforeAll(async () => {
  const router = Router();
  router.get('/api/things', requireRight('instances:read'), (incoming, response) => {
    const { kind, user, role } = actorOf(incoming);
    response.json({ kind, user, role });
  });
  router.get('/open', (_incoming, response) => {
    response.json({});
  });
  router.post('/api/things', requireRight('instances:create'), (_incoming, response) => {
    response.status(202).json({});
  });
  router.route('/api/things').put(requireRight('instances:create')).patch(requireRight('instances:create'));
  router.delete('/api/things', requireRight('hosts:write'), (_incoming, response) => {
    response.json({});
  });
  bed = await startApi({ routers: [router] });
  cookie = await bed.signedIn();
  port = await bed.api.listen();
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

test.each(['post', 'put', 'patch', 'delete'] as const)('%s counts as a change', async (method) => {
  const answer = await api()[method]('/api/things').set({ cookie, 'sec-fetch-site': 'same-origin' });

  expect(answer.body).toMatchObject({ code: 'origin_refused' });
});

test.each([
  ['our own page', { origin: PAGES, 'sec-fetch-site': 'same-origin' }, 200],
  ['a program without Origin', {}, 403],
  [
    'a tenant on the apps origin',
    { origin: 'http://pages.example:3001', 'sec-fetch-site': 'same-site' },
    403,
  ],
  ['a tenant whose browser tells no site', { origin: 'http://pages.example:3001' }, 403],
])('a WebSocket upgrade with a cookie from %s', async (_from, headers, status) => {
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };

  await api()
    .get('/api/things')
    .set({ cookie, ...upgrade, ...headers })
    .expect(status);
});

test('a token needs no Origin, and a cookie beside it gives nothing', async () => {
  const authorization = `Bearer ${TOKEN}`;

  const answer = await api().get('/api/things').set({ authorization, cookie, origin: 'http://evil.example' });
  expect(answer.body).toMatchObject({ user: 'admin', kind: 'token' });
  await api().post('/api/things').set({ authorization: 'Bearer wrong', cookie, origin: PAGES }).expect(401);
});

test('an Origin that is sent twice is none of ours', async () => {
  const answer = await rawCall(['POST /api/things HTTP/1.1', `Origin: ${PAGES}`, `Origin: ${PAGES}`]);

  expect(answer).toContain('origin_refused');
});

test('two session cookies in two Cookie headers: 401', async () => {
  const answer = await rawCall(['GET /api/things HTTP/1.1', 'Cookie: ark_session=planted']);

  expect(answer).toContain('Two session cookies');
});

/** Header lines as they are, with the good cookie, over a real socket. */
async function rawCall(lines: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write([...lines, `Cookie: ${cookie}`, 'Host: x', 'Connection: close', '', ''].join('\r\n'));
  return text(socket);
}

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

test.each([
  ['a session that is over', { cookie: `ark_session=${'A'.repeat(43)}` }],
  ['two session cookies', { cookie: 'ark_session=a; ark_session=b' }],
  ['a wrong token', { authorization: 'Bearer wrong' }],
])('what is open to anybody is open with %s too', async (_what, headers) => {
  await api().get('/open').set(headers).expect(200);
});

test('what is open to anybody is open with a session while Redis is away', async () => {
  const open = Router();
  open.get('/open', (_incoming, response) => {
    response.json({});
  });
  const own = await startApi({ routers: [open] });
  const session = await own.signedIn();
  await own.server.kill();

  await request(own.api.app).get('/open').set({ cookie: session }).expect(200);
  await own.close();
});
