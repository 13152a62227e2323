import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readTarget } from '../../src/routing/request-target.ts';

const read = (raw: string): ReturnType<typeof readTarget> => readTarget(raw, 'ark.example');

test.each([
  [1, '/instances/i1/', '/'],
  [2, '/instances/i1/a/b', '/a/b'],
  [7, '/instances/i1/?a=b;c&d=%2f&e', '/?a=b;c&d=%2f&e'],
  [9, '/instances/i1/a%2Fb', '/a%2Fb'],
  [10, '/instances/i1/a%2fb', '/a%2fb'],
  [12, '/instances/i1//x', '//x'],
  [14, '/instances/i1/a/../b', '/a/../b'],
  [17, '/instances/i1/..%2f..%2fetc', '/..%2f..%2fetc'],
  [23, 'http://ark.example/instances/i1/x', '/x'],
  [23, 'HTTP://ARK.example/instances/i1/x?y', '/x?y'],
])('case %i: %s forwards %s', (_case, raw, path) => {
  expect(read(raw)).toMatchObject({ kind: 'forward', endpoint: 'i1', prefix: '/instances/i1', path });
});

test.each([
  [3, '/instances/i1', '/instances/i1/'],
  [4, '/instances/i1?x=1&y', '/instances/i1/?x=1&y'],
  [5, '/instances/i1?next=//evil', '/instances/i1/?next=//evil'],
])('case %i: %s redirects to %s', (_case, raw, location) => {
  expect(read(raw)).toMatchObject({ kind: 'redirect', location });
});

test.each([
  [15, '/instances/i1/../i2/', 'bad_address'],
  [15, '/instances/i1/a/../../i2/', 'bad_address'],
  [15, '/instances/../livez', 'bad_address'],
  [16, '/instances/i1/%2e%2E/i2/', 'bad_address'],
  [16, '/instances/i1/.%2e', 'bad_address'],
  [24, 'http://evil/instances/i1/x', 'misdirected_request'],
  [25, '/instances/i1/a#b', 'bad_address'],
  [25, '/instances/i1/a%00b', 'bad_address'],
  [25, '/instances/i1/a b', 'bad_address'],
  [25, '/instances/i1/\u00e9', 'bad_address'],
  [27, `/instances/i1/${'a'.repeat(20_000)}`, 'address_too_long'],
])('case %i: %s is refused', (_case, raw, code) => {
  expect(read(raw)).toEqual({ kind: 'refused', code });
});

test.each([
  [19, '/instances/i1%2Fx'],
  [20, '/instances/'],
  [20, '/instances/I1/'],
  [20, '/instances/_x/'],
  [20, `/instances/${'a'.repeat(64)}/`],
  [22, '//instances/i1/x'],
  [22, '/\\evil/x'],
  [22, '/livez'],
])('case %i: %s is none of an instance', (_case, raw) => {
  expect(read(raw)).toMatchObject({ kind: 'elsewhere' });
});

test('case 20: an id is one whole segment', () => {
  expect(read('/instances/i10/x')).toMatchObject({ kind: 'forward', endpoint: 'i10' });
  expect(read('/instances/i1--admin/x')).toMatchObject({ kind: 'forward', endpoint: 'i1--admin' });
});

test('case 26: OPTIONS * is told apart', () => {
  expect(read('*')).toEqual({ kind: 'asterisk' });
});

test('what is forwarded is the tail of what was sent, and never climbs out of the prefix', () => {
  const piece = fc.constantFrom(
    'a',
    '.',
    '..',
    '%2e',
    '%2E%2e',
    '.%2E',
    '%2f',
    '',
    '...',
    '%2e%2e%2e',
    'x%20y',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }),
      fc.constantFrom('', '?q=../..', '?a#'.slice(0, 2)),
      (pieces, query) => {
        const raw = `/instances/i1/${pieces.join('/')}${query}`;
        const target = read(raw);
        if (target.kind !== 'forward') return target.kind === 'refused';
        // The reference resolves what a browser or server would; `/i1` stands for the prefix.
        const resolved = new URL(`http://h/p/i1${target.path}`).pathname;
        return raw.endsWith(target.path) && resolved.startsWith('/p/i1/');
      },
    ),
    { numRuns: 2_000 },
  );
});
