import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { ProxyUnderTest } from './proxy-under-test.ts';
import { startProxy } from './proxy-under-test.ts';
import type { TargetServer } from './wire.ts';
import {
  ask,
  eventually,
  exchangeBytes,
  fields,
  ok,
  startRawTarget,
  startTarget,
  statusOf,
  untilStill,
} from './wire.ts';

let proxy: ProxyUnderTest;
const targets: { close(): Promise<void> }[] = [];
const MEBIBYTE = Buffer.alloc(1_048_576, 'x');

beforeEach(async () => {
  proxy = await startProxy();
});
afterEach(async () => {
  await proxy.close();
  for (const target of targets.splice(0)) await target.close();
});

async function app(listener: RequestListener): Promise<TargetServer> {
  const target = await startTarget(listener);
  targets.push(target);
  proxy.route('i1', target.port);
  return target;
}

test('case 80: an event reaches the client within 50 ms, and nobody is asked to gather events', async () => {
  await app((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.flushHeaders();
    setInterval(() => response.write(`data: ${String(Date.now())}\n\n`), 20).unref();
  });
  const response = await fetch(`http://127.0.0.1:${String(proxy.port)}/instances/i1/events`);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();

  const delays: number[] = [];
  for (let n = 0; n < 5; n += 1) {
    const { value } = await reader.read();
    const sentAt = Number(/\d+/.exec(Buffer.from(value ?? []).toString())?.[0]);
    delays.push(Date.now() - sentAt);
  }
  await reader.cancel();

  expect(Math.max(...delays)).toBeLessThan(50);
  expect(response.headers.get('x-accel-buffering')).toBe('no');
});

test('case 81: a client that goes away ends the request to the target within 100 ms', async () => {
  let endedAt = 0;
  await app((request, response) => {
    response.write('first');
    request.on('close', () => (endedAt = Date.now()));
  });
  const client = connect(proxy.port, '127.0.0.1');
  client.write('GET /instances/i1/ HTTP/1.1\r\nHost: h\r\n\r\n');
  await once(client, 'data');

  const leftAt = Date.now();
  client.destroy();
  await eventually(() => endedAt > 0);

  expect(endedAt - leftAt).toBeLessThan(100);
  await eventually(() => proxy.open.total === 0);
});

test('a client that goes away before the head ends the request to the target too', async () => {
  let gone = false;
  await app((request) => request.on('close', () => (gone = true)));
  const client = connect(proxy.port, '127.0.0.1');
  client.write('GET /instances/i1/ HTTP/1.1\r\nHost: h\r\n\r\n');
  await eventually(() => proxy.open.total === 1);

  client.destroy();

  await eventually(() => gone && proxy.open.total === 0);
});

test('case 83: a slow client slows the download down; the proxy holds little of it', async () => {
  let written = 0;
  await app((_request, response) => {
    const push = (): void => {
      while (!response.destroyed && written < 200 * MEBIBYTE.length) {
        written += MEBIBYTE.length;
        if (!response.write(MEBIBYTE)) return void response.once('drain', push);
      }
      return undefined;
    };
    push();
  });
  const client = connect(proxy.port, '127.0.0.1');
  client.write('GET /instances/i1/ HTTP/1.1\r\nHost: h\r\n\r\n');
  await once(client, 'readable');

  await untilStill(() => written);

  expect(written).toBeLessThan(64 * MEBIBYTE.length);
  client.destroy();
});

test('case 83: a slow target slows the upload down', async () => {
  const uploads: IncomingMessage[] = [];
  await app((request) => uploads.push(request.pause()));
  const request = httpRequest({ port: proxy.port, path: '/instances/i1/', method: 'POST' });
  request.on('error', () => undefined);
  let sent = 0;
  const push = (): void => {
    while (sent < 200 * MEBIBYTE.length && !request.destroyed) {
      sent += MEBIBYTE.length;
      if (!request.write(MEBIBYTE)) return void request.once('drain', push);
    }
    return undefined;
  };
  push();

  expect(await untilStill(() => sent)).toBeLessThan(64 * MEBIBYTE.length);
  // Nobody reads from the client while the target takes nothing, so its end is seen when the target goes on.
  request.destroy();
  uploads.forEach((upload) => upload.resume());
  await eventually(() => proxy.open.total === 0);
});

test('an upload passes whole, and without being gathered first', async () => {
  let first = 0;
  await app((request, response) => {
    let size = 0;
    request.once('data', () => (first = Date.now()));
    request.on('data', (chunk: Buffer) => (size += chunk.length));
    request.on('end', () => response.end(String(size)));
  });
  const request = httpRequest({ port: proxy.port, path: '/instances/i1/up', method: 'PUT' });
  const answered = once(request, 'response');
  for (let n = 0; n < 20; n += 1) {
    request.write(MEBIBYTE);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const sentAllAt = Date.now();
  request.end();

  const [response] = (await answered) as [NodeJS.ReadableStream];
  const text = await new Response(response as unknown as ReadableStream).text();

  expect(text).toBe(String(20 * MEBIBYTE.length));
  expect(first).toBeLessThan(sentAllAt);
});

test('case 46: no 100 until the target says so, and a refusal comes without the body', async () => {
  const target = await startRawTarget((socket, head) => {
    if (head.includes('/no'))
      socket.write('HTTP/1.1 413 Too big\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    else if (head.startsWith('POST')) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
  });
  targets.push(target);
  proxy.route('i1', target.port);
  const head = (path: string): string =>
    `POST /instances/i1/${path} HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n`;

  const refused = await exchangeBytes(proxy.port, head('no'));
  const continued = await exchangeBytes(proxy.port, head('yes'), '100 Continue');

  expect(refused).toMatch(/^HTTP\/1\.1 413 /);
  expect(continued).toMatch(/^HTTP\/1\.1 100 Continue/);
});

test('case 64, 77: early hints and trailers are relayed', async () => {
  const target = await startRawTarget((socket) => {
    socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n');
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: grpc-status\r\n\r\n');
    socket.write('2\r\nhi\r\n0\r\ngrpc-status: 7\r\n\r\n');
  });
  targets.push(target);
  proxy.route('i1', target.port);

  const answer = await ask(proxy.port, ['GET /instances/i1/ HTTP/1.1', 'Host: h', 'TE: trailers']);

  expect(answer).toContain('</instances/i1/a.css>; rel=preload');
  expect(answer).toContain('grpc-status: 7');
  expect(fields(target.received(), 'te')).toEqual(['trailers']);
});

test('case 75: a range request and its answer pass untouched', async () => {
  const target = await startRawTarget((socket) =>
    socket.write(
      'HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-1/9\r\nETag: "a"\r\nAccept-Ranges: bytes\r\nContent-Length: 2\r\n\r\nab',
    ),
  );
  targets.push(target);
  proxy.route('i1', target.port);

  const answer = await ask(proxy.port, ['GET /instances/i1/ HTTP/1.1', 'Host: h', 'Range: bytes=0-1']);

  expect(statusOf(answer)).toBe(206);
  expect(fields(answer, 'content-range')).toEqual(['bytes 0-1/9']);
  expect(fields(answer, 'content-length')).toEqual(['2']);
  expect(fields(target.received(), 'range')).toEqual(['bytes=0-1']);
});

test('HEAD has the length and no body', async () => {
  await app((_request, response) => response.writeHead(200, { 'Content-Length': 5 }).end());

  const answer = await ask(proxy.port, ['HEAD /instances/i1/ HTTP/1.1', 'Host: h']);

  expect(fields(answer, 'content-length')).toEqual(['5']);
  expect(answer.endsWith('\r\n\r\n')).toBe(true);
});

test('case 96: a switch under load loses no request', async () => {
  const name =
    (text: string): RequestListener =>
    (_request, response) =>
      void setTimeout(() => response.end(text), 3);
  const one = await app(name('one'));
  const two = await startTarget(name('two'));
  targets.push(two);
  const seen = { one: 0, two: 0, failed: 0 };
  let running = true;
  const visitor = async (): Promise<void> => {
    while (running) {
      const answer = await fetch(`http://127.0.0.1:${String(proxy.port)}/instances/i1/`).catch(
        () => undefined,
      );
      const text = (await answer?.text()) ?? '';
      if (answer?.status === 200 && (text === 'one' || text === 'two')) seen[text] += 1;
      else seen.failed += 1;
    }
  };
  const visitors = Array.from({ length: 10 }, visitor);

  for (let n = 0; n < 20; n += 1) {
    const next = n % 2 === 0 ? 'two' : 'one';
    const before = seen[next];
    proxy.route('i1', { one, two }[next].port);
    await eventually(() => seen[next] > before + 5);
  }
  running = false;
  await Promise.all(visitors);

  expect(seen.failed).toBe(0);
  expect(seen.one).toBeGreaterThan(10);
  expect(seen.two).toBeGreaterThan(10);
  expect(proxy.open.total).toBe(0);
});

test('case 102: a close lets the exchange under way end and cuts what outlasts the deadline', async () => {
  const target = await startRawTarget((socket, head) => {
    if (head.includes('/quick')) setTimeout(() => socket.write(ok('done')), 100);
  });
  targets.push(target);
  proxy.route('i1', target.port);
  const quick = ask(proxy.port, ['GET /instances/i1/quick HTTP/1.1', 'Host: h']);
  const endless = ask(proxy.port, ['GET /instances/i1/endless HTTP/1.1', 'Host: h']);
  await eventually(() => proxy.open.total === 2);

  const startedAt = Date.now();
  await proxy.close(400);

  expect(await quick).toContain('done');
  expect(await endless).toBe('');
  expect(Date.now() - startedAt).toBeLessThan(1_500);
  proxy = await startProxy();
});
