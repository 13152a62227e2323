import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ProxyUnderTest } from './proxy-under-test.ts';
import { startProxy } from './proxy-under-test.ts';
import type { RawTarget, TargetServer } from './wire.ts';
import { ask, exchangeBytes, fields, headLines, ok, startRawTarget, startTarget, statusOf } from './wire.ts';

let proxy: ProxyUnderTest;
let target: RawTarget;
const others: TargetServer[] = [];

beforeEach(async () => {
  proxy = await startProxy({ trusted: [] });
  target = await startRawTarget((socket) => socket.write(ok()));
  proxy.route('i1', target.port);
});

afterEach(async () => {
  await proxy.close();
  await target.close();
  for (const other of others.splice(0)) await other.close();
});

const get = async (path: string, ...more: string[]): Promise<string> =>
  ask(proxy.port, [`GET ${path} HTTP/1.1`, 'Host: ark.example', ...more]);

test.each([
  [1, '/instances/i1/', '/'],
  [2, '/instances/i1/a/b', '/a/b'],
  [7, '/instances/i1/?a=b;c&d=%2f&e', '/?a=b;c&d=%2f&e'],
  [9, '/instances/i1/a%2Fb', '/a%2Fb'],
  [10, '/instances/i1/a%2fb/%E2%9C%93%20x', '/a%2fb/%E2%9C%93%20x'],
  [12, '/instances/i1//x', '//x'],
  [12, '/instances/i1//', '//'],
  [14, '/instances/i1/a/../b', '/a/../b'],
  [17, '/instances/i1/..%2f..%2fetc', '/..%2f..%2fetc'],
  [23, 'http://ark.example/instances/i1/x', '/x'],
])('case %i: %s reaches the target as %s, byte by byte', async (_case, path, expected) => {
  const answer = await get(path);

  expect(statusOf(answer)).toBe(200);
  expect(headLines(target.received())[0]).toBe(`GET ${expected} HTTP/1.1`);
});

test.each([
  [3, '/instances/i1', '/instances/i1/'],
  [4, '/instances/i1?x=1&y', '/instances/i1/?x=1&y'],
  [5, '/instances/i1?next=//evil', '/instances/i1/?next=//evil'],
])('case %i: %s is sent to %s', async (_case, path, location) => {
  const answer = await get(path);

  expect(statusOf(answer)).toBe(307);
  expect(fields(answer, 'location')).toEqual([location]);
  expect(fields(answer, 'cache-control')).toEqual(['no-store']);
  expect(target.received()).toBe('');
});

test.each([
  [15, '/instances/i1/../i2/', 400],
  [16, '/instances/i1/%2e%2E/i2/', 400],
  [19, '/instances/i1%2Fx', 404],
  [20, '/instances/i10/x', 404],
  [22, '//instances/i1/x', 404],
  [22, '/\\evil/x', 404],
  [24, 'http://evil/instances/i1/x', 421],
  [25, '/instances/i1/a#b', 400],
  [25, '/instances/i1/a%00', 400],
])('case %i: %s is answered %i and nothing reaches the target', async (_case, path, status) => {
  const answer = await get(path);

  expect(statusOf(answer)).toBe(status);
  expect(target.received()).toBe('');
});

test('case 27: a target above 16 KB is answered 414', async () => {
  const answer = await get(`/instances/i1/${'a'.repeat(16_384)}`);

  expect(statusOf(answer)).toBe(414);
});

test('case 29: the target gets the client Host and true forwarded headers', async () => {
  await ask(proxy.port, [
    'GET /instances/i1/ HTTP/1.1',
    'Host: ark.example:8443',
    'X-Forwarded-For: 1.2.3.4',
  ]);

  const seen = target.received();
  expect(fields(seen, 'host')).toEqual(['ark.example:8443']);
  expect(fields(seen, 'x-forwarded-for')).toEqual(['127.0.0.1']);
  expect(fields(seen, 'x-forwarded-host')).toEqual(['ark.example:8443']);
  expect(fields(seen, 'x-forwarded-prefix')).toEqual(['/instances/i1']);
  expect(fields(seen, 'x-forwarded-proto')).toEqual(['http']);
});

test('case 37: repeated fields stay separate and ordered', async () => {
  await get('/instances/i1/', 'X-A: 1', 'X-A: 2');

  expect(fields(target.received(), 'x-a')).toEqual(['1', '2']);
});

test('case 48: a chunked DELETE keeps its body and stays one request', async () => {
  await ask(
    proxy.port,
    ['DELETE /instances/i1/x HTTP/1.1', 'Host: ark.example', 'Transfer-Encoding: chunked'],
    '3\r\nabc\r\n0\r\n\r\n',
  );

  expect(target.received().match(/HTTP\/1\.1/g)).toHaveLength(1);
  expect(target.received()).toContain('3\r\nabc\r\n0\r\n\r\n');
});

test('a connection to the target is used again', async () => {
  await get('/instances/i1/one');
  await get('/instances/i1/two');

  expect(target.sockets).toHaveLength(1);
});

test('two requests on one client connection are both answered', async () => {
  const one = 'GET /instances/i1/a HTTP/1.1\r\nHost: h\r\n\r\n';
  const two = 'GET /instances/i1/b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';

  const answers = await exchangeBytes(proxy.port, one + two);

  expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
});

test('repeated answer fields stay separate; Location, cookies and origin-wide fields are edited', async () => {
  const app = await startTarget((_request, response) => {
    response.writeHead(302, [
      ...['Location', '/login', 'Set-Cookie', 'a=1; Path=/', 'Set-Cookie', 'b=2; Path=/app; HttpOnly'],
      ...['X-B', '1', 'X-B', '2', 'Strict-Transport-Security', 'max-age=1', 'Set-Cookie', 'ark_session=x'],
    ]);
    response.end();
  });
  others.push(app);
  proxy.route('i2', app.port);

  const answer = await get('/instances/i2/');

  expect(fields(answer, 'location')).toEqual(['/instances/i2/login']);
  expect(fields(answer, 'set-cookie')).toEqual([
    'a=1; Path=/instances/i2/',
    'b=2; Path=/instances/i2/app; HttpOnly',
  ]);
  expect(fields(answer, 'x-b')).toEqual(['1', '2']);
  expect(fields(answer, 'strict-transport-security')).toEqual([]);
});
