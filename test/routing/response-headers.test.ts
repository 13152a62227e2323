import { expect, test } from '@jest/globals';
import type { HeaderPairs } from '../../src/routing/header-pairs.ts';
import { valuesOf } from '../../src/routing/header-pairs.ts';
import type { ResponseScope } from '../../src/routing/response-headers.ts';
import { responseHeaders } from '../../src/routing/response-headers.ts';
import { endpointId } from './proxy-under-test.ts';

const SCOPE: ResponseScope = {
  endpoint: endpointId('i1'),
  prefix: '/instances/i1',
  origin: { clientIp: '203.0.113.7', proto: 'https', host: 'ark.example' },
  sentHost: 'ark.example',
  target: { host: '10.0.0.5', port: 8080 },
  requestId: 'req_1',
};
const edit = (name: string, value: string, scope = SCOPE): readonly string[] =>
  valuesOf(responseHeaders([[name, value]], scope), name.toLowerCase());

test.each([
  [54, '/login', '/instances/i1/login'],
  [54, '/', '/instances/i1/'],
  [54, '/?a=1', '/instances/i1/?a=1'],
  [54, '/instances/i10/x', '/instances/i1/instances/i10/x'],
  [54, '/instances/i1', '/instances/i1'],
  [54, '/instances/i1/login', '/instances/i1/login'],
  [54, '/instances/i1?x', '/instances/i1?x'],
  [55, 'login', 'login'],
  [55, './x', './x'],
  [55, '?p=2', '?p=2'],
  [55, '#f', '#f'],
  [55, '', ''],
  [56, 'http://10.0.0.5:8080/x?y#z', '/instances/i1/x?y#z'],
  [56, 'http://10.0.0.5:8080', '/instances/i1/'],
  [57, 'https://ark.example/x', '/instances/i1/x'],
  [57, 'http://ark.example/x', '/instances/i1/x'],
  [57, 'https://ARK.example:443/x', '/instances/i1/x'],
  [57, '//ark.example/x', '/instances/i1/x'],
  [57, 'https://ark.example/instances/i1/x', '/instances/i1/x'],
  [59, 'https://other.example/x', 'https://other.example/x'],
  [59, 'http://10.0.0.5:8081/x', 'http://10.0.0.5:8081/x'],
  [59, 'https://ark.example:8443/x', 'https://ark.example:8443/x'],
  [59, 'https://ark.example@evil/x', 'https://ark.example@evil/x'],
  [59, '//cdn/x', '//cdn/x'],
  [59, 'myapp://cb', 'myapp://cb'],
  [59, '/\\evil/x', '/\\evil/x'],
])('case %i: Location %s becomes %s', (_case, value, expected) => {
  expect(edit('Location', value)).toEqual([expected]);
});

test('case 56: a target without a port in the URL is port 80', () => {
  const scope = { ...SCOPE, target: { host: '10.0.0.5', port: 80 } };

  expect(edit('Location', 'http://10.0.0.5/x', scope)).toEqual(['/instances/i1/x']);
});

test.each([
  ['5; url=/x', '5; url=/instances/i1/x'],
  ["0;URL='/x'", "0;URL='/instances/i1/x'"],
  ['5', '5'],
  ['5; url=https://other/', '5; url=https://other/'],
])('case 63: Refresh %s becomes %s', (value, expected) => {
  expect(edit('Refresh', value)).toEqual([expected]);
});

test('case 64: each target of a Link by itself', () => {
  expect(edit('Link', '</a.css>; rel=preload, <https://cdn/b>; title="<x>", <c>')).toEqual([
    '</instances/i1/a.css>; rel=preload, <https://cdn/b>; title="<x>", <c>',
  ]);
});

test.each([
  [65, 's=1; Path=/; HttpOnly', 's=1; Path=/instances/i1/; HttpOnly'],
  [65, 's=1;path=/;Secure', 's=1;path=/instances/i1/;Secure'],
  [66, 's=1; Path=/app', 's=1; Path=/instances/i1/app'],
  [66, 's=1; Path=/instances/i1/app', 's=1; Path=/instances/i1/app'],
  [66, 's=1; Path=/instances/i1', 's=1; Path=/instances/i1'],
  [66, 's=1', 's=1'],
  [66, 's=1; Path=/a; Path=/', 's=1; Path=/instances/i1/a; Path=/instances/i1/'],
  [67, 's=1; Domain=10.0.0.5', 's=1'],
  [67, 's=1; Domain=ark.example; Path=/', 's=1; Path=/instances/i1/'],
  [67, 's=1; domain=.example', 's=1'],
  [67, 's=1; Domain=other.org', 's=1; Domain=other.org'],
  [67, 's="a;Path=/"; Path=/', 's="a;Path=/"; Path=/instances/i1/'],
  [
    67,
    's=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Priority=High; Partitioned',
    's=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Priority=High; Partitioned',
  ],
  [70, '__Host-s=1; Path=/; Secure', '__Secure-i1.s=1; Path=/instances/i1/; Secure'],
])('case %i: Set-Cookie %s becomes %s', (_case, value, expected) => {
  expect(edit('Set-Cookie', value)).toEqual([expected]);
});

test('cases 68, 71: cookies stay separate and ordered, the platform names are dropped', () => {
  const pairs: HeaderPairs = ['a=1', 'ark_session=x', 'b=2', 'c=3'].map((cookie) => ['Set-Cookie', cookie]);

  expect(valuesOf(responseHeaders(pairs, SCOPE), 'set-cookie')).toEqual(['a=1', 'b=2', 'c=3']);
});

test('case 72: what acts on the whole origin is cut down or removed', () => {
  expect(edit('Service-Worker-Allowed', '/')).toEqual(['/instances/i1/']);
  for (const name of ['Clear-Site-Data', 'Strict-Transport-Security', 'Alt-Svc'])
    expect(edit(name, 'x')).toEqual([]);
});

test('case 73: fields of the connection end here', () => {
  const ended = ['Keep-Alive', 'Proxy-Authenticate', 'Upgrade', 'X-Bar', 'Connection'];
  const pairs: HeaderPairs = ended.map((name) => [name, name === 'Connection' ? 'X-Bar' : '1']);

  expect(responseHeaders(pairs, SCOPE)).toEqual([['X-Request-ID', 'req_1']]);
});

test('case 80: an event stream asks not to be gathered', () => {
  const pairs: HeaderPairs = [['Content-Type', 'text/event-stream; charset=utf-8']];

  expect(valuesOf(responseHeaders(pairs, SCOPE), 'x-accel-buffering')).toEqual(['no']);
});

test('case 103: an instance cannot pretend to be our error or another request', () => {
  const pairs: HeaderPairs = [
    ['X-Ark-Error', 'x'],
    ['X-Request-ID', 'theirs'],
  ];

  expect(responseHeaders(pairs, SCOPE)).toEqual([['X-Request-ID', 'req_1']]);
});
