import { expect, test } from '@jest/globals';
import { isSame, sha256 } from '../../src/platform/digest.ts';

test('a text has the digest of its UTF-8 bytes', () => {
  expect(sha256('abc').toString('hex')).toMatch(/^ba7816bf8f01cfea414140de5dae2223b00361a396177a9c/);
  expect(sha256('ñ')).toEqual(sha256(Buffer.from('ñ')));
});

test.each([
  ['secret', 'secret', true],
  ['secret', 'secreT', false],
  ['secret', 'secret ', false],
  ['', 'secret', false],
])('%j and %j are the same: %j', (one, other, same) => {
  expect(isSame(one, other)).toBe(same);
});
