import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ProxyUnderTest } from './proxy-under-test.ts';
import { aRouteWithoutTarget, endpointId, startProxy } from './proxy-under-test.ts';
import { ask, exchangeBytes, fields, statusOf } from './wire.ts';

let proxy: ProxyUnderTest;

beforeEach(async () => {
  proxy = await startProxy();
});
afterEach(async () => proxy.close());

const get = async (path: string, ...more: string[]): Promise<string> =>
  ask(proxy.port, [`GET ${path} HTTP/1.1`, 'Host: ark.example', ...more]);
const code = (answer: string): string | undefined => fields(answer, 'x-ark-error')[0];

test('case 92: an unknown instance is a page for people and problem+json for programs', async () => {
  const page = await get('/instances/nope/', 'Accept: text/html,*/*;q=0.8');
  const problem = await get('/instances/nope/', 'Accept: */*', 'X-Request-ID: abcdefgh-1');

  expect(statusOf(page)).toBe(404);
  expect(fields(page, 'content-type')).toEqual(['text/html; charset=utf-8']);
  expect(page).toContain('Esta instancia no existe');
  expect(statusOf(problem)).toBe(404);
  expect(fields(problem, 'content-type')).toEqual(['application/problem+json; charset=utf-8']);
  expect(problem).toContain('"code":"route_unknown"');
  expect(problem).toContain('"request_id":"abcdefgh-1"');
  expect(problem).toContain('"instance":"nope"');
});

test.each([
  ['updating', 503, 'route_updating', '3'],
  ['stopped', 503, 'route_stopped', '60'],
  ['withdrawn', 410, 'route_withdrawn', undefined],
] as const)('case 93: a route that is %s is answered %i', async (state, status, expected, retry) => {
  proxy.route('i1', 1, state);

  const answer = await get('/instances/i1/x');

  expect(statusOf(answer)).toBe(status);
  expect(code(answer)).toBe(expected);
  expect(fields(answer, 'retry-after')[0]).toBe(retry);
  expect(fields(answer, 'cache-control')).toEqual(['no-store']);
});

test('a link that is withdrawn does not claim that the instance was removed', async () => {
  proxy.route('i1', 1, 'withdrawn');

  const problem = await get('/instances/i1/', 'Accept: application/json');

  expect(problem).toContain(
    '"detail":"An operator took the link away, the instance was removed, or it never came up."',
  );
  expect(problem).toContain(
    '"hint":"Ask whoever gave you the link. Unless the instance was removed, its next deployment',
  );
});

test('case 93: a new instance without a target shows people a page that waits, and tells programs when to ask', async () => {
  proxy.table.put(endpointId('i1'), aRouteWithoutTarget());

  const page = await get('/instances/i1/', 'Accept: text/html', 'Sec-Fetch-Dest: document');
  const problem = await get('/instances/i1/', 'Accept: application/json');

  for (const answer of [page, problem]) {
    expect(statusOf(answer)).toBe(503);
    expect(code(answer)).toBe('route_updating');
    expect(fields(answer, 'retry-after')).toEqual(['3']);
  }
  expect(page).toContain('<meta http-equiv="refresh" content="3">');
  expect(fields(problem, 'content-type')).toEqual(['application/problem+json; charset=utf-8']);
  expect(problem).toContain('"retry_after":3');
});

test('case 93: a WebSocket to an instance without a target is answered 503 and closed', async () => {
  proxy.table.put(endpointId('i1'), aRouteWithoutTarget());

  const answer = await exchangeBytes(
    proxy.port,
    'GET /instances/i1/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );

  expect(statusOf(answer)).toBe(503);
  expect(code(answer)).toBe('route_updating');
});

test('case 93: where a browser wants a script it gets a short text, never a page', async () => {
  proxy.route('i1', 1, 'updating');

  const answer = await get('/instances/i1/a.js', 'Accept: text/html', 'Sec-Fetch-Dest: script');

  expect(fields(answer, 'content-type')).toEqual(['text/plain; charset=utf-8']);
  expect(answer).not.toContain('<html');
});
