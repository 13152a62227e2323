import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { freePort } from '../testbed/redis.ts';
import { startFullListener } from './full-listener.ts';
import type { ProxyUnderTest } from './proxy-under-test.ts';
import { aRoute, startProxy } from './proxy-under-test.ts';
import type { OnHead, RawTarget } from './wire.ts';
import { ask, eventually, exchangeBytes, fields, ok, startRawTarget, statusOf } from './wire.ts';

let proxy: ProxyUnderTest;
const targets: RawTarget[] = [];

beforeEach(async () => {
  proxy = await startProxy({
    limits: { connectMs: 200, headerMs: 150, bodyIdleMs: 250, responseIdleMs: 300, watchEveryMs: 20 },
  });
});
afterEach(async () => {
  await proxy.close();
  for (const target of targets.splice(0)) await target.close();
});

async function routedTarget(onHead: OnHead, endpoint = 'i1'): Promise<RawTarget> {
  const target = await startRawTarget(onHead);
  targets.push(target);
  proxy.route(endpoint, target.port);
  return target;
}

const get = async (path: string, ...more: string[]): Promise<string> =>
  ask(proxy.port, [`GET ${path} HTTP/1.1`, 'Host: ark.example', ...more]);
const code = (answer: string): string | undefined => fields(answer, 'x-ark-error')[0];

test('case 94: nobody listens at the target', async () => {
  proxy.route('i1', await freePort());

  const answer = await get('/instances/i1/');

  expect(statusOf(answer)).toBe(502);
  expect(code(answer)).toBe('target_refused');
  expect(proxy.open.total).toBe(0);
});

test('case 94: a target that never takes the connection', async () => {
  const full = await startFullListener();
  proxy.route('i1', full.port);

  const answer = await get('/instances/i1/');
  await full.close();

  expect(statusOf(answer)).toBe(504);
  expect(code(answer)).toBe('connect_timeout');
});

test('case 94: a target that sends no head', async () => {
  await routedTarget(() => undefined);

  const answer = await get('/instances/i1/');

  expect(statusOf(answer)).toBe(504);
  expect(code(answer)).toBe('header_timeout');
});

test('case 78: a target that does not speak HTTP', async () => {
  await routedTarget((socket) => socket.end('SSH-2.0-OpenSSH\r\n\r\n'));

  expect(code(await get('/instances/i1/'))).toBe('target_bad_response');
});

test('case 78: an impossible status does not end the process', async () => {
  await routedTarget((socket) => socket.end('HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'));

  expect(code(await get('/instances/i1/'))).toBe('target_bad_response');
  expect(statusOf(await get('/instances/nope/'))).toBe(404);
});

test('a switch to another protocol that nobody asked for is a bad answer', async () => {
  await routedTarget((socket) =>
    socket.end('HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
  );

  expect(statusOf(await get('/instances/i1/'))).toBe(502);
});

test('a target that hangs up without an answer', async () => {
  await routedTarget((socket) => socket.destroy());

  const answer = await get('/instances/i1/');

  expect(statusOf(answer)).toBe(502);
  expect(code(answer)).toBe('target_closed');
});

test('rule R8: an answer that breaks off is cut, nothing is appended', async () => {
  await routedTarget((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
    setTimeout(() => socket.destroy(), 20);
  });

  const answer = await get('/instances/i1/');

  expect(statusOf(answer)).toBe(200);
  expect(answer.endsWith('half')).toBe(true);
});

test('an answer that stands still is cut; an event stream is not', async () => {
  await routedTarget((socket, head) => {
    const type = head.includes('/events') ? 'text/event-stream' : 'text/plain';
    socket.write(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n`);
  });
  const events = connect(proxy.port, '127.0.0.1');
  events.write('GET /instances/i1/events HTTP/1.1\r\nHost: h\r\n\r\n');
  await once(events, 'data');

  await get('/instances/i1/still');

  await eventually(() => proxy.open.total === 1);
  expect(events.destroyed).toBe(false);
  events.destroy();
});

test('case 84: a body of which nothing more comes is answered 408', async () => {
  await routedTarget(() => undefined);

  const answer = await exchangeBytes(
    proxy.port,
    'POST /instances/i1/ HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc',
    'request_timeout',
  );

  expect(statusOf(answer)).toBe(408);
});

test('rule R7: a refused target is asked for again, and the request goes where the route leads now', async () => {
  const now = await startRawTarget((socket) => socket.write(ok('moved')));
  targets.push(now);
  proxy.route('i1', await freePort());
  proxy.stored.set('i1', aRoute(now.port, { seq: '2' }));

  const answer = await ask(
    proxy.port,
    ['POST /instances/i1/ HTTP/1.1', 'Host: h', 'Content-Length: 4'],
    'body',
  );

  expect(statusOf(answer)).toBe(200);
  expect(answer).toContain('moved');
  expect(now.received()).toContain('body');
  expect(proxy.open.total).toBe(0);
});

test('a refused target whose route was withdrawn meanwhile is answered so', async () => {
  const gone = await freePort();
  proxy.route('i1', gone);
  proxy.stored.set('i1', aRoute(gone, { state: 'withdrawn' }));

  expect(code(await get('/instances/i1/'))).toBe('route_withdrawn');
});

test.each([
  ['GET', 200, 2],
  ['POST', 502, 1],
])('case 97: %s on an idle connection that closes as we write → %i', async (method, status, tries) => {
  let seen = 0;
  await routedTarget((socket, head) => {
    if (head.includes('/warm')) return void socket.write(ok());
    seen += 1;
    // The connection that lay idle dies at the first byte; a fresh one works.
    if (seen === 1) socket.destroy();
    else socket.write(ok());
    return undefined;
  });
  await get('/instances/i1/warm');

  const answer = await ask(proxy.port, [
    `${method} /instances/i1/x HTTP/1.1`,
    'Host: h',
    'Content-Length: 0',
  ]);

  expect(statusOf(answer)).toBe(status);
  expect(seen).toBe(tries);
});

test('case 95: without the store an unknown id is 503, a known one is served', async () => {
  await routedTarget((socket) => socket.write(ok()));
  proxy.feed.state = 'store_away';

  expect(statusOf(await get('/instances/i1/'))).toBe(200);
  const answer = await get('/instances/other/');
  expect(statusOf(answer)).toBe(503);
  expect(code(answer)).toBe('route_store_unavailable');
});

test("case 103: an instance's own error passes untouched", async () => {
  await routedTarget((socket) =>
    socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nX-Ark-Error: fake\r\n\r\nmine'),
  );

  const answer = await get('/instances/i1/');

  expect(answer.startsWith('HTTP/1.1 503 Busy')).toBe(true);
  expect(answer.endsWith('mine')).toBe(true);
  expect(code(answer)).toBeUndefined();
});

test.each([
  [44, 'GET /instances/i1/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
  [44, 'GET /instances/i1/ HTTP/1.1\r\n\r\n', 400],
  [45, `GET /instances/i1/ HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(33_000)}\r\n\r\n`, 431],
  [46, 'GET /instances/i1/ HTTP/1.1\r\nHost: a\r\nExpect: magic\r\nConnection: close\r\n\r\n', 417],
  [
    47,
    'POST /instances/i1/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  [47, 'POST /instances/i1/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
  [47, 'POST /instances/i1/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n', 400],
  [
    47,
    'POST /instances/i1/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\nConnection: close\r\n\r\n0\r\n\r\n',
    501,
  ],
  [47, 'GET /instances/i1/ HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n', 400],
  [47, 'GET /instances/i1/ HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n', 400],
  [51, 'TRACE /instances/i1/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 405],
  [51, 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', 405],
  [52, 'GET /instances/i1/ HTTP/1.1\r\nHost: a\r\nX-Ark-Hops: 4\r\nConnection: close\r\n\r\n', 508],
  [26, 'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 200],
])('case %i: %j is answered %i and nothing reaches the target', async (_case, bytes, status) => {
  const target = await routedTarget((socket) => socket.write(ok()));

  const answer = await exchangeBytes(proxy.port, bytes);

  expect(statusOf(answer)).toBe(status);
  expect(target.received()).toBe('');
});

test('case 49: a Trailer field on a GET does not end the process', async () => {
  await routedTarget((socket) => socket.write(ok()));

  expect(statusOf(await get('/instances/i1/', 'Trailer: X'))).toBe(200);
});

test('case 99: requests on a withdrawn route are refused while an open one ends', async () => {
  const target = await routedTarget(() => undefined);
  const open = get('/instances/i1/slow');
  await eventually(() => target.received().includes('/slow'));

  proxy.route('i1', 1, 'withdrawn');
  expect(statusOf(await get('/instances/i1/'))).toBe(410);
  target.sockets[0]?.write(ok('done'));

  expect(await open).toContain('done');
});
