import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { renderNginx, settingsFromEnvironment } from '../../nginx/render.mjs';
import { ERROR_CATALOGUE } from '../../src/http/error-catalogue.ts';
import type { ProxyUnderTest } from '../routing/proxy-under-test.ts';
import { startProxy } from '../routing/proxy-under-test.ts';
import type { RawTarget, TargetServer } from '../routing/wire.ts';
import {
  ask,
  exchangeBytes,
  fields,
  headLines,
  ok,
  startRawTarget,
  startTarget,
  statusOf,
} from '../routing/wire.ts';
import type { NginxUnderTest } from './nginx-under-test.ts';
import { startNginx } from './nginx-under-test.ts';

let nginx: NginxUnderTest;
let proxy: ProxyUnderTest;
let coordinator: TargetServer;
let answer: RequestListener;
const others: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  proxy = await startProxy({ trusted: ['127.0.0.0/8'] });
  coordinator = await startTarget((request, response) => answer(request, response));
  nginx = await startNginx({
    apiUpstream: `127.0.0.1:${String(coordinator.port)}`,
    instancesUpstream: `127.0.0.1:${String(proxy.port)}`,
    appsUrl: 'https://apps.example',
  });
});
afterAll(async () => {
  await nginx.close();
  await proxy.close();
  await coordinator.close();
});
afterEach(async () => {
  for (const other of others.splice(0)) await other.close();
});

async function routedTarget(body = 'ok'): Promise<RawTarget> {
  const target = await startRawTarget((socket) => socket.write(ok(body)));
  others.push(target);
  proxy.route('i1', target.port);
  return target;
}
const pages = async (path: string, ...more: string[]): Promise<string> =>
  ask(nginx.pagesPort, [`GET ${path} HTTP/1.1`, 'Host: ark.example:8443', ...more]);
const apps = async (path: string, ...more: string[]): Promise<string> =>
  ask(nginx.appsPort, [`GET ${path} HTTP/1.1`, 'Host: ark.example:8443', ...more]);

test('pages come from the coordinator with the headers that it set, and with ours where it set none', async () => {
  answer = (_request, response) =>
    response.setHeader('Content-Security-Policy', "default-src 'self'").end('page');

  const page = await pages('/admin?x=1');

  expect(page).toMatch(/page$/);
  expect(fields(page, 'content-security-policy')).toEqual(["default-src 'self'"]);
  expect(fields(page, 'x-content-type-options')).toEqual(['nosniff']);
  expect(fields(page, 'server')).toEqual(['nginx']);
});

test('a link to an instance on the pages origin leads to the apps origin, path and query kept', async () => {
  const raw = '/instances/i1/a%2Fb//c?next=%2f&x';

  const moved = await pages(raw);

  expect(statusOf(moved)).toBe(307);
  expect(fields(moved, 'location')).toEqual([`https://apps.example${raw}`]);
});

test('an event of the API arrives at once', async () => {
  answer = (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: 1\n\n');
  };
  const response = await fetch(`http://127.0.0.1:${String(nginx.pagesPort)}/api/instances/i1/events`);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();

  const startedAt = Date.now();
  const { value } = await reader.read();

  expect(Buffer.from(value ?? []).toString()).toBe('data: 1\n\n');
  expect(Date.now() - startedAt).toBeLessThan(100);
  await reader.cancel();
});

test('the apps origin has instances and nothing else', async () => {
  await routedTarget();

  for (const path of [
    '/',
    '/livez',
    '/readyz',
    '/metrics',
    '/api/instances',
    '/instances',
    '/instances/../livez',
  ]) {
    expect([path, statusOf(await apps(path))]).toEqual([path, 404]);
  }
  expect(statusOf(await apps('/instances/i1/'))).toBe(200);
});

test.each(['/readyz', '/READYZ/', '/metrics', '/%72eadyz', '//readyz', '/x/../metrics'])(
  'the pages origin keeps %s to the operators',
  async (path) => {
    answer = (_request, response) => response.end('inner');

    expect(statusOf(await pages(path))).toBe(404);
  },
);

test.each(['/a%2Fb', '//x', '/a/../b', '/%E2%9C%93%20x?a=b;c&d=%2f&e', '/./a', '/a%252e'])(
  '%s reaches the instance byte by byte',
  async (path) => {
    const target = await routedTarget();

    const reply = await apps(`/instances/i1${path}`);

    expect(statusOf(reply)).toBe(200);
    expect(headLines(target.received())[0]).toBe(`GET ${path} HTTP/1.1`);
  },
);

test('an instance learns the true client, scheme and host, whatever the client claims', async () => {
  const target = await routedTarget();

  await apps(
    '/instances/i1/',
    ...[
      'X-Forwarded-For: 1.2.3.4',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Host: evil',
      'Forwarded: for=1.2.3.4',
    ],
    ...[
      'X-Forwarded-Prefix: /x',
      'X-Forwarded-User: root',
      'X_Forwarded_For: 5.6.7.8',
      'X-Real-IP: 1.2.3.4',
      'My_Field: 1',
    ],
  );

  const seen = target.received();
  expect(fields(seen, 'x-forwarded-for')).toEqual(['127.0.0.1, 127.0.0.1']);
  expect(fields(seen, 'x-real-ip')).toEqual(['127.0.0.1']);
  expect(fields(seen, 'x-forwarded-proto')).toEqual(['http']);
  expect(fields(seen, 'x-forwarded-host')).toEqual(['ark.example:8443']);
  expect(fields(seen, 'x-forwarded-prefix')).toEqual(['/instances/i1']);
  expect(fields(seen, 'host')).toEqual(['ark.example:8443']);
  expect(fields(seen, 'my_field')).toEqual(['1']);
  expect(seen).not.toMatch(/evil|root|5\.6\.7\.8|^Forwarded:/m);
});

test('a proxy in front that is named is believed', async () => {
  const target = await routedTarget();
  const behind = await startNginx({
    instancesUpstream: `127.0.0.1:${String(proxy.port)}`,
    outerProxies: ['127.0.0.0/8'],
  });
  others.push(behind);

  await ask(behind.appsPort, [
    ...['GET /instances/i1/ HTTP/1.1', 'Host: ark.example'],
    ...['X-Forwarded-For: 203.0.113.7', 'X-Forwarded-Proto: https'],
  ]);

  expect(fields(target.received(), 'x-real-ip')).toEqual(['203.0.113.7']);
  expect(fields(target.received(), 'x-forwarded-proto')).toEqual(['https']);
});

test('an instance cannot steer nginx', async () => {
  const app = await startTarget((_request, response) =>
    response.setHeader('X-Accel-Redirect', '/livez').end('mine'),
  );
  others.push(app);
  proxy.route('i1', app.port);

  expect(await apps('/instances/i1/')).toMatch(/mine\r\n0\r\n\r\n$|mine$/);
});

test('a WebSocket goes through', async () => {
  const echo = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  echo.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  await once(echo, 'listening');
  proxy.route('i1', (echo.address() as AddressInfo).port);
  const socket = new WebSocket(`ws://127.0.0.1:${String(nginx.appsPort)}/instances/i1/ws`);
  await once(socket, 'open');

  socket.send('hello');
  const [text] = (await once(socket, 'message')) as [Buffer];

  expect(text.toString()).toBe('hello');
  socket.terminate();
  echo.close();
});

test('an upload of more than 1 MB is passed on while it comes', async () => {
  let firstAt = 0;
  let size = 0;
  const app = await startTarget((request, response) => {
    request.on('data', (chunk: Buffer) => {
      firstAt ||= Date.now();
      size += chunk.length;
    });
    request.on('end', () => response.end('stored'));
  });
  others.push(app);
  proxy.route('i1', app.port);
  const request = httpRequest({ port: nginx.appsPort, path: '/instances/i1/up', method: 'POST' });
  const answered = once(request, 'response');

  for (let n = 0; n < 8; n += 1) {
    request.write(Buffer.alloc(1_048_576));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const endedAt = Date.now();
  request.end();
  const [response] = (await answered) as [{ statusCode: number; resume(): void }];
  response.resume();

  expect(response.statusCode).toBe(200);
  expect(size).toBe(8 * 1_048_576);
  expect(firstAt).toBeLessThan(endedAt);
});

test('the log has paths without their queries, and the request id', async () => {
  answer = (_request, response) => response.setHeader('X-Request-ID', 'req_12345678').end();

  await pages('/sign-in?code=secret-code', 'Referer: http://x/?code=secret-code');
  const line = (await nginx.accessLog()).findLast(({ path }) => path === '/sign-in');

  expect(line).toMatchObject({ origin: 'pages', status: '200', request_id: 'req_12345678' });
  expect(JSON.stringify(await nginx.accessLog())).not.toContain('secret-code');
});

test('what nginx refuses itself on the pages origin reads like the answers of the API', async () => {
  const head = ['POST /api/instances HTTP/1.1', 'Host: h', 'Content-Length: 20000000', '', ''];
  // the connection stays open for a while: nginx waits whether the client says more
  const long = await exchangeBytes(nginx.pagesPort, head.join('\r\n'), '}\n');
  const bad = await ask(nginx.pagesPort, ['GET /api/%00 HTTP/1.1', 'Host: h']);

  expect([long, bad].map(statusOf)).toEqual([413, 400]);
  expect([long, bad].map((one) => fields(one, 'content-type')[0])).toEqual(
    Array(2).fill('application/problem+json'),
  );
  expect(long).toContain('"code":"body_too_large"');
  expect(bad).toContain('"code":"malformed_request"');
  expect(long).toContain(`"hint":"${ERROR_CATALOGUE.body_too_large.action}"`);
  expect(bad).toContain(`"hint":"${ERROR_CATALOGUE.malformed_request.action}"`);
  // the coordinator knows the limit of each call, nginx only what is more than all of them
  expect(long).not.toMatch(/\d [KM]iB/);
});

test.each([
  ['appsUrl', { appsUrl: 'http://x; }' }],
  ['pagesHost', { pagesHost: 'localhost' }],
  ['accessLog', { accessLog: '../../etc/passwd' }],
  ['outerProxies', { outerProxies: ['10.0.0.0/8; }'] }],
])('a setting %s that could end a directive is refused', (name, settings) => {
  expect(() => renderNginx(settings)).toThrow(name);
});

test('what nothing is said about listens on loopback', () => {
  expect(renderNginx(settingsFromEnvironment({}))).toContain('listen 127.0.0.1:3000;');
});
