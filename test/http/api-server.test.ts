import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Router } from 'express';
import Joi from 'joi';
import request from 'supertest';
import { requireRight } from '../../src/http/authentication.ts';
import { validate } from '../../src/http/validate.ts';
import { AppError } from '../../src/platform/errors.ts';
import { APPS, startApi, TOKEN, type ApiTestbed } from './api-testbed.ts';

const schema = Joi.object<{ name: string; size?: number }>({
  name: Joi.string()
    .pattern(/^[a-z]+$/)
    .required(),
  size: Joi.number(),
});
let bed: ApiTestbed;

beforeAll(async () => {
  const router = Router();
  router.get('/api/things/:id', requireRight('instances:read'), (incoming, response) => {
    if (incoming.params['id'] === 'boom') throw new Error('inner text with whsec_secret');
    if (incoming.params['id'] === 'away')
      throw new AppError('host_unreachable', 'Host web-3 is away', { cause: new Error('ETIMEDOUT') });
    response.json({ id: incoming.params['id'] });
  });
  router.post('/api/things', requireRight('instances:create'), (incoming, response) => {
    response.status(202).json(validate(schema, incoming.body));
  });
  bed = await startApi({ routers: [router], bodyLimitBytes: 1_000 });
  mkdirSync(join(bed.webDir, 'assets'));
  writeFileSync(join(bed.webDir, 'index.html'), '<title>Ark</title>');
  writeFileSync(join(bed.webDir, 'assets', 'main-1a2b.js'), 'go()');
});

afterAll(async () => bed.close());

const api = () => request(bed.api.app);
const auth = { authorization: `Bearer ${TOKEN}` };
const post = (body: string, type = 'application/json') =>
  api().post('/api/things').set(auth).set('content-type', type).send(body);

test('a good request: its id comes back, one access line, counted under its pattern', async () => {
  bed.lines();
  const answer = await api().get('/api/things/7?secret=x').set(auth).set('x-request-id', 'caller-0001');

  expect(answer.status).toBe(200);
  expect(answer.headers['x-request-id']).toBe('caller-0001');
  expect(answer.headers['x-powered-by']).toBeUndefined();
  expect(bed.lines()).toEqual([
    expect.objectContaining({
      message: 'request',
      requestId: 'caller-0001',
      path: '/api/things/7',
      statusCode: 200,
      user: 'admin',
    }),
  ]);
  const { text } = await bed.metrics.expose();
  expect(text).toContain(
    'ark_http_request_seconds_count{method="GET",route="/api/things/:id",status="200"} 1',
  );
});

test.each(['short', 'x'.repeat(65), 'with space', 'a"b\u00e9cdefgh'])(
  'a strange request id is replaced: %s',
  async (id) => {
    const answer = await api().get('/livez').set('x-request-id', encodeURI(id));

    expect(answer.headers['x-request-id']).toMatch(/^req_[0-9a-f]{32}$/);
  },
);

test.each([
  ['no JSON', post.bind(null, '{"name":'), 400, 'malformed_request'],
  ['a prototype', post.bind(null, '{"name":"a","__proto__":{"admin":true}}'), 400, 'malformed_request'],
  ['a deep one', post.bind(null, '['.repeat(400) + ']'.repeat(400)), 400, 'malformed_request'],
  ['too long', post.bind(null, `{"name":"${'a'.repeat(1_000)}"}`), 413, 'body_too_large'],
  ['a form', post.bind(null, 'name=a', 'application/x-www-form-urlencoded'), 415, 'unsupported_media_type'],
  ['no body', () => api().post('/api/things').set(auth), 400, 'validation_failed'],
  ['an array', post.bind(null, '[]'), 400, 'validation_failed'],
  ['a text', post.bind(null, '"{{ 7*7 }}"'), 400, 'validation_failed'],
])('a body that is %s', async (_what, sending, status, code) => {
  const answer = await sending();

  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({ code, status });
});

test('every fault of the fields is named at once, and no value is repeated', async () => {
  const answer = await post('{"name":"-oProxyCommand=$(id)","size":"12","colour":"red"}');

  expect(answer.body).toMatchObject({ code: 'validation_failed', detail: '3 fields are invalid' });
  expect((answer.body as { errors: unknown }).errors).toEqual([
    { field: 'name', message: 'name has characters or a form that are not allowed' },
    { field: 'size', message: 'size must be a number' },
    { field: 'colour', message: 'colour is not a known field' },
  ]);
  expect(answer.text).not.toContain('ProxyCommand');
});

test('a chunked body that is too long ends with 413 and the connection', async () => {
  const port = await bed.api.listen();
  const socket = connect(port, '127.0.0.1');
  const chunk = `3e8\r\n${'a'.repeat(1_000)}\r\n`;
  const head = `POST /api/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;

  socket.write(head + chunk + chunk);
  let answer = '';
  for await (const part of socket) answer += String(part);

  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
});

test('an unforeseen error says only its request id; the log has the cause, without its secrets', async () => {
  bed.lines();
  const answer = await api().get('/api/things/boom').set(auth);

  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain('inner text');
  const line = bed.lines().find(({ level }) => level === 'error');
  expect(line).toMatchObject({
    message: 'request failed',
    requestId: answer.headers['x-request-id'],
    error: { message: 'inner text with whsec_[redacted]' },
  });
});

test('a foreseen error keeps its code; the cause is logged once', async () => {
  bed.lines();
  const answer = await api().get('/api/things/away').set(auth);

  expect(answer.body).toMatchObject({ code: 'host_unreachable', status: 502, detail: 'Host web-3 is away' });
  expect(bed.lines().map(({ level, errorCode }) => [level, errorCode])).toEqual([
    ['warn', 'host_unreachable'],
    ['info', 'host_unreachable'],
  ]);
});

test('the address of the client comes from nginx; changes and refusals are info, good reads are debug', async () => {
  bed.lines();
  await api().get('/api/things/1').set(auth).set('x-forwarded-for', '203.0.113.7, 100.64.0.9');
  await post('{"name":"a"}');
  await api().get('/api/things/1');

  expect(bed.lines().map(({ level, remoteAddress }) => [level, remoteAddress])).toEqual([
    ['debug', '100.64.0.9'],
    ['info', expect.stringContaining('127.0.0.1')],
    ['info', expect.stringContaining('127.0.0.1')],
  ]);
});

test('unknown addresses are 404, known ones with another method 405 with Allow', async () => {
  await api().get('/api/nothing').set(auth).expect(404);
  await api().get('/api/things/%zz').set(auth).expect(400);

  const answer = await api().patch('/api/things/7').set(auth).expect(405);
  expect(answer.headers['allow']).toBe('GET, HEAD');
  expect(answer.body).toMatchObject({ code: 'method_not_allowed', allow: ['GET', 'HEAD'] });
});

test('pages: index.html for page addresses only, assets for ever, nothing outside the folder', async () => {
  for (const path of ['/', '/admin', '/admin/deployments']) {
    const page = await api().get(path).expect(200);
    expect(page.text).toBe('<title>Ark</title>');
    expect(page.headers).toMatchObject({
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    });
  }
  const asset = await api().get('/assets/main-1a2b.js').expect(200);
  expect(asset.headers['cache-control']).toContain('immutable');
  for (const path of ['/assets/none.js', '/admin/x.js', '/%2e%2e/package.json', '/elsewhere', '/.env']) {
    expect((await api().get(path)).headers['content-type']).toContain('application/problem+json');
  }
});

test('links to instances on the pages origin lead to the apps origin, with method and query', async () => {
  const answer = await api().post('/instances/acme-1/a%20b?c=d').expect(307);

  expect(answer.headers['location']).toBe(`${APPS}/instances/acme-1/a%20b?c=d`);
});
