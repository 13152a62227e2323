import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { AddressInfo, Socket } from 'node:net';
import { freePort } from '../testbed/redis.ts';
import type { ProxyUnderTest } from './proxy-under-test.ts';
import { aRoute, endpointId, startProxy } from './proxy-under-test.ts';
import { eventually, exchangeBytes, fields, headLines, startRawTarget, statusOf } from './wire.ts';

let proxy: ProxyUnderTest;
let echo: WebSocketServer;
let heads: IncomingMessage[];

beforeEach(async () => {
  proxy = await startProxy({ limits: { headerMs: 200, watchEveryMs: 20 } });
  heads = [];
  echo = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  echo.on('connection', (socket, request) => {
    heads.push(request);
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    socket.on('error', () => undefined);
  });
  await once(echo, 'listening');
  proxy.route('i1', (echo.address() as AddressInfo).port);
});
afterEach(async () => {
  await proxy.close();
  for (const client of echo.clients) client.terminate();
  echo.close();
});

const url = (path: string): string => `ws://127.0.0.1:${String(proxy.port)}/instances/${path}`;
async function open(path = 'i1/ws?a=%2F'): Promise<WebSocket> {
  const socket = new WebSocket(url(path), { headers: { Cookie: 'ark_session=s; a=1' } });
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
}
const handshake = (path: string): string =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: ark.example',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ].join('\r\n') + '\r\n\r\n';

test('case 86: the first thing after the start may be a WebSocket; text and bytes come back', async () => {
  const socket = await open();
  const big = Buffer.alloc(300_000, 7);

  socket.send('hello');
  const [text] = (await once(socket, 'message')) as [Buffer];
  socket.send(big);
  const [bytes] = (await once(socket, 'message')) as [Buffer];

  expect(text.toString()).toBe('hello');
  expect(bytes.equals(big)).toBe(true);
  expect(heads[0]?.url).toBe('/ws?a=%2F');
  socket.close();
});

test('cases 6, 38, 43: a handshake at the bare prefix, with forwarded headers and without platform cookies', async () => {
  const socket = await open('i1');

  expect(heads[0]?.url).toBe('/');
  expect(heads[0]?.headers.cookie).toBe('a=1');
  expect(heads[0]?.headers).toMatchObject({
    'x-forwarded-proto': 'http',
    'x-forwarded-prefix': '/instances/i1',
  });
  expect(heads[0]?.headers['x-forwarded-host']).toBe(`127.0.0.1:${String(proxy.port)}`);
  socket.close();
});

test('case 86: field names keep their spelling, and bytes that come with the handshake are not lost', async () => {
  let early = '';
  const target = await startRawTarget((socket, head) => {
    early = head;
    const accept = 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${accept}\r\n\r\nEARLY`,
    );
  });
  proxy.route('i2', target.port);

  const answer = await exchangeBytes(proxy.port, `${handshake('/instances/i2/')}BYTES`, 'EARLY');
  await eventually(() => target.received().includes('BYTES'));

  expect(headLines(early)).toContain('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==');
  expect(headLines(answer)).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  await target.close();
});

test('case 87: a target that refuses is heard, and both sides close', async () => {
  const target = await startRawTarget((socket) =>
    socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nSet-Cookie: a=1; Path=/\r\n\r\nno'),
  );
  proxy.route('i2', target.port);

  const answer = await exchangeBytes(proxy.port, handshake('/instances/i2/'));

  expect(statusOf(answer)).toBe(403);
  expect(answer.endsWith('no')).toBe(true);
  expect(fields(answer, 'set-cookie')).toEqual(['a=1; Path=/instances/i2/']);
  await eventually(() => proxy.open.total === 0);
  await target.close();
});

test('case 87: a refusal in chunks arrives in chunks', async () => {
  const target = await startRawTarget((socket) =>
    socket.write('HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n'),
  );
  proxy.route('i2', target.port);

  const answer = await exchangeBytes(proxy.port, handshake('/instances/i2/'));

  expect(answer).toMatch(/\r\n\r\n2\r\nno\r\n0\r\n\r\n$/);
  await target.close();
});

test('case 88: an unknown instance is answered 404 and closed within a second', async () => {
  const startedAt = Date.now();

  const answer = await exchangeBytes(proxy.port, handshake('/instances/nope/ws'));

  expect(statusOf(answer)).toBe(404);
  expect(Date.now() - startedAt).toBeLessThan(1_000);
});

test.each([
  ['refuses the connection', async () => freePort(), 502],
  ['says nothing', async () => (await silent()).port, 504],
])('a target that %s is answered with our code', async (_what, port, status) => {
  proxy.route('i2', await port());

  const answer = await exchangeBytes(proxy.port, handshake('/instances/i2/'));

  expect(statusOf(answer)).toBe(status);
  expect(fields(answer, 'x-ark-error')).toHaveLength(1);
  await eventually(() => proxy.open.total === 0);
  await closeSilent();
});

const silents: { close(): Promise<void> }[] = [];
async function silent(): Promise<{ port: number }> {
  const target = await startRawTarget(() => undefined);
  silents.push(target);
  return target;
}
async function closeSilent(): Promise<void> {
  for (const one of silents.splice(0)) await one.close();
}

test('a refused target is asked for again before the handshake fails', async () => {
  proxy.route('i2', await freePort());
  proxy.stored.set('i2', aRoute((echo.address() as AddressInfo).port, { seq: '2' }));

  const socket = await open('i2/');

  expect(socket.readyState).toBe(WebSocket.OPEN);
  socket.close();
});

test('an Upgrade that is no WebSocket is carried as a plain request', async () => {
  const target = await startRawTarget((socket) =>
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
  );
  proxy.route('i2', target.port);

  const answer = await exchangeBytes(
    proxy.port,
    'GET /instances/i2/ HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n\r\n',
  );

  expect(statusOf(answer)).toBe(200);
  expect(fields(target.received(), 'upgrade')).toEqual([]);
  expect(fields(target.received(), 'http2-settings')).toEqual([]);
  await target.close();
});

test('a WebSocket counts on its target until it ends, also after a switch', async () => {
  const socket = await open();
  expect(proxy.open.total).toBe(1);

  proxy.table.put(endpointId('i1'), aRoute(9));
  expect(Object.values(proxy.open.draining(proxy.table))).toEqual([1]);
  socket.send('still here');
  await once(socket, 'message');
  socket.close();

  await eventually(() => proxy.open.total === 0);
});

test('case 89: whichever side breaks off, the other one is closed', async () => {
  const first = await open();
  for (const client of echo.clients) client.terminate();
  await once(first, 'close');

  const second = await open();
  second.terminate();
  await eventually(() => echo.clients.size === 0 && proxy.open.total === 0);
});

test('case 89: many broken connections leave nothing open', async () => {
  for (let round = 0; round < 10; round += 1) {
    const sockets = await Promise.all(Array.from({ length: 20 }, async () => open()));
    for (const [index, socket] of sockets.entries()) if (index % 2 === 0) socket.terminate();
    for (const client of echo.clients) client.terminate();
  }

  await eventually(() => proxy.open.total === 0 && echo.clients.size === 0);
});

test('a client that resets during the handshake does no harm', async () => {
  const target = await silent();
  proxy.route('i2', target.port);
  const client = connect(proxy.port, '127.0.0.1');
  client.on('error', () => undefined);
  client.write(handshake('/instances/i2/'));
  await eventually(() => proxy.open.total === 1);

  client.resetAndDestroy();

  await eventually(() => proxy.open.total === 0);
  await closeSilent();
});

test('case 102: a close tells WebSockets to come back elsewhere', async () => {
  const socket = await open();
  const closed = once(socket, 'close') as Promise<[number]>;

  await proxy.close(1_000);

  expect((await closed)[0]).toBe(1012);
  proxy = await startProxy();
});

test('case 89: a client that leaves before the target has switched leaves nothing open', async () => {
  let held: Socket | undefined;
  const target = await startRawTarget((socket) => (held = socket));
  proxy.route('i2', target.port);
  const client = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
  client.write(handshake('/instances/i2/'));
  await eventually(() => held !== undefined);

  client.end();
  client.destroy();
  held?.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');

  await eventually(() => held?.destroyed === true && proxy.open.total === 0);
  await target.close();
});

test('a handshake that is never answered does not hold up a close', async () => {
  const own = await startProxy();
  const target = await silent();
  own.route('i2', target.port);
  const client = connect(own.port, '127.0.0.1');
  client.on('error', () => undefined).write(handshake('/instances/i2/'));
  await eventually(() => own.open.total === 1);

  const startedAt = Date.now();
  await own.close(300);

  expect(Date.now() - startedAt).toBeLessThan(2_000);
  await closeSilent();
});
