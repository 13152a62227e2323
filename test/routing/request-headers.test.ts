import { expect, test } from '@jest/globals';
import { readOrigin } from '../../src/routing/forwarded-headers.ts';
import type { HeaderPairs } from '../../src/routing/header-pairs.ts';
import { valuesOf } from '../../src/routing/header-pairs.ts';
import { headerFault, requestHeaders } from '../../src/routing/request-headers.ts';
import { requestIdFor } from '../../src/platform/request-id.ts';
import { trustPeers } from '../../src/routing/trusted-peers.ts';
import { endpointId } from './proxy-under-test.ts';

const trusted = trustPeers(['10.9.0.0/16']);
const STRANGER = '203.0.113.7';
const BALANCER = '10.9.0.1';

interface Given {
  readonly peer?: string;
  readonly host?: string;
  readonly isUpgrade?: boolean;
}

function send(
  fields: HeaderPairs,
  { peer = STRANGER, host = 'ark.example', isUpgrade = false }: Given = {},
): HeaderPairs {
  const pairs: HeaderPairs = [['Host', host], ...fields];
  const request = { pairs, peer, host, trusted };
  const origin = readOrigin(request);
  const scope = { endpoint: endpointId('i1'), prefix: '/instances/i1', requestId: 'req_1', isUpgrade };
  return requestHeaders({ ...request, ...scope, origin });
}
const names = (pairs: HeaderPairs): string[] => pairs.map(([name]) => name.toLowerCase());

test('case 29: Host stays, forwarded headers tell the rest', () => {
  const sent = send([], { host: 'ark.example:8443' });

  expect(sent).toEqual([
    ['Host', 'ark.example:8443'],
    ['X-Forwarded-For', STRANGER],
    ['X-Forwarded-Proto', 'http'],
    ['X-Forwarded-Host', 'ark.example:8443'],
    ['X-Forwarded-Port', '8443'],
    ['X-Forwarded-Prefix', '/instances/i1'],
    ['X-Real-IP', STRANGER],
    ['X-Request-ID', 'req_1'],
    ['X-Ark-Hops', '1'],
  ]);
});

test('case 30: what a stranger says about its way is dropped', () => {
  expect(valuesOf(send([['X-Forwarded-For', '1.2.3.4']]), 'x-forwarded-for')).toEqual([STRANGER]);
});

test('case 31: a trusted proxy is believed and added', () => {
  const sent = send(
    [
      ['X-Forwarded-For', '198.51.100.9'],
      ['X-Forwarded-Proto', 'https'],
    ],
    { peer: BALANCER },
  );

  expect(valuesOf(sent, 'x-forwarded-for')).toEqual(['198.51.100.9, 10.9.0.1']);
  expect(valuesOf(sent, 'x-forwarded-proto')).toEqual(['https']);
  expect(valuesOf(sent, 'x-forwarded-port')).toEqual(['443']);
  expect(valuesOf(sent, 'x-real-ip')).toEqual(['198.51.100.9']);
});

test('case 31: of a chain only the part behind the last stranger counts as ours', () => {
  const sent = send([['X-Forwarded-For', '6.6.6.6, 198.51.100.9, 10.9.0.2']], { peer: BALANCER });

  expect(valuesOf(sent, 'x-real-ip')).toEqual(['198.51.100.9']);
});

test('case 32: every spelling of a managed name is dropped', () => {
  const managed = [
    'X-Forwarded-Prefix',
    'X-Forwarded-Host',
    'X-Forwarded-Port',
    'X-Forwarded-User',
    'Forwarded',
  ];
  const all = [...managed, 'X-Real-IP', 'X_Forwarded_For', 'x-forwarded_for', 'X_REAL_IP'];

  const sent = send(all.map((name): [string, string] => [name, 'evil']));

  expect(sent.filter(([, value]) => value.includes('evil'))).toEqual([]);
});

test.each([
  ['/ark', '/ark/instances/i1'],
  ['//evil', '/instances/i1'],
  ['"><', '/instances/i1'],
])('case 33: a trusted prefix %s leads to %s', (prefix, expected) => {
  const sent = send([['X-Forwarded-Prefix', prefix]], { peer: BALANCER });

  expect(valuesOf(sent, 'x-forwarded-prefix')).toEqual([expected]);
});

test('case 34: fields named in Connection end here, but none that carries meaning', () => {
  const sent = send([
    ['Connection', 'close, X-Foo, X-Forwarded-For, Authorization, Cookie, Host'],
    ['X-Foo', '1'],
    ['Authorization', 'Basic x'],
    ['Cookie', 'a=1'],
  ]);

  expect(names(sent)).not.toContain('connection');
  expect(names(sent)).not.toContain('x-foo');
  expect(names(sent)).toEqual(expect.arrayContaining(['host', 'authorization', 'cookie', 'x-forwarded-for']));
});

test('case 36: TE keeps trailers only; other hop-by-hop fields end here', () => {
  const ended = ['Keep-Alive', 'Proxy-Connection', 'Proxy-Authorization', 'Upgrade'];

  const sent = send([['TE', 'gzip, trailers'], ...ended.map((name): [string, string] => [name, 'x'])]);

  expect(valuesOf(sent, 'te')).toEqual(['trailers']);
  expect(names(sent).filter((name) => ended.map((one) => one.toLowerCase()).includes(name))).toEqual([]);
  expect(names(send([['TE', 'gzip']]))).not.toContain('te');
});

test.each([
  ['ark_session=s; a=1', ['a=1']],
  ['a=1; ark_session=s; b=2', ['a=1; b=2']],
  ['ark_session=s', []],
  ['a="x y"; b', ['a="x y"; b']],
  ['x=ark_session', ['x=ark_session']],
  ['__Secure-i1.s=1; __Secure-i2.s=2; v=__Secure-i1.', ['__Host-s=1; __Secure-i2.s=2; v=__Secure-i1.']],
])('cases 38, 70: Cookie %s arrives as %j', (cookie, expected) => {
  expect(valuesOf(send([['Cookie', cookie]]), 'cookie')).toEqual(expected);
});

test.each([
  ['Bearer ark_abc', []],
  ['bearer  ark_abc', []],
  ['Bearer app-token', ['Bearer app-token']],
  ['Basic ark', ['Basic ark']],
])('case 39: Authorization %s arrives as %j', (value, expected) => {
  expect(valuesOf(send([['Authorization', value]]), 'authorization')).toEqual(expected);
});

test('case 40: absent fields stay absent', () => {
  expect(names(send([]))).not.toEqual(expect.arrayContaining(['user-agent']));
  expect(names(send([]))).not.toContain('accept-encoding');
});

test('case 41: a valid request id is kept, any other replaced', () => {
  expect(requestIdFor(['abc-12345'])).toBe('abc-12345');
  for (const bad of [
    [],
    ['x'],
    ['a b c d e f'],
    ['a'.repeat(65)],
    ['<script>alert'],
    ['abc-12345', 'abc-12345'],
  ]) {
    expect(requestIdFor(bad)).toMatch(/^req_[0-9a-f]{32}$/);
  }
});

test('case 42: Origin and Referer stay; a Destination below the prefix loses it', () => {
  const destination = (value: string): readonly string[] =>
    valuesOf(send([['Destination', value]]), 'destination');

  expect(valuesOf(send([['Origin', 'https://ark.example']]), 'origin')).toEqual(['https://ark.example']);
  expect(destination('https://ark.example/instances/i1/b')).toEqual(['https://ark.example/b']);
  expect(destination('/instances/i1/b')).toEqual(['/b']);
  expect(destination('https://other/instances/i1/b')).toEqual(['https://other/instances/i1/b']);
  expect(destination('https://ark.example/instances/i10/b')).toEqual(['https://ark.example/instances/i10/b']);
});

test('case 43: a handshake has Connection and Upgrade written anew', () => {
  const sent = send(
    [
      ['Connection', 'keep-alive, Upgrade'],
      ['Upgrade', 'WebSocket'],
    ],
    { isUpgrade: true },
  );

  expect(valuesOf(sent, 'connection')).toEqual(['Upgrade']);
  expect(valuesOf(sent, 'upgrade')).toEqual(['websocket']);
});

test.each([
  [
    37,
    [
      ['Authorization', 'a'],
      ['authorization', 'b'],
    ],
    'malformed_request',
  ],
  [
    44,
    [
      ['Host', 'a'],
      ['Host', 'a'],
    ],
    'malformed_request',
  ],
  [46, [['Expect', '200-ok']], 'expectation_failed'],
  [46, [['Expect', '100-Continue']], undefined],
  [
    47,
    [
      ['Content-Length', '1'],
      ['Content-Length', '1'],
    ],
    'malformed_request',
  ],
  [47, [['Transfer-Encoding', 'xchunked']], 'malformed_request'],
  [47, [['Transfer-Encoding', 'chunked, identity']], 'malformed_request'],
  [47, [['Transfer-Encoding', 'gzip, chunked']], 'framing_unsupported'],
  [48, [['Transfer-Encoding', 'chunked']], undefined],
  [52, [['X-Ark-Hops', '3']], undefined],
  [52, [['X-Ark-Hops', '4']], 'loop_detected'],
] as const)('case %i: %j → %s', (_case, pairs, code) => {
  expect(headerFault(pairs)).toBe(code);
});

test('a CIDR that is none is named', () => {
  for (const bad of ['10.0.0.0/33', 'localhost', '10.0.0.0/', '::1/129']) {
    expect(() => trustPeers([bad])).toThrow(bad);
  }
  expect(trustPeers(['127.0.0.0/8', '::1'])('::ffff:127.0.0.1')).toBe(true);
});
