import { expect, test } from '@jest/globals';
import { parseJson } from '../../src/http/body.ts';

test.each([
  ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ['a byte order mark', Buffer.from('\ufeff{}')],
  ['half a text', Buffer.from('{"a":')],
  ['a prototype deep inside', Buffer.from('{"a":[{"__proto__":{}}]}')],
  ['more depth than any call needs', Buffer.from('['.repeat(40) + ']'.repeat(40))],
  ['depth that would fill the stack', Buffer.from('['.repeat(30_000))],
])('%s is malformed', (_what, bytes) => {
  expect(() => parseJson(bytes)).toThrow(expect.objectContaining({ code: 'malformed_request' }));
});

test('a good text is its value', () => {
  expect(parseJson(Buffer.from('{"a":[1,{"b":"ñ"}]}'))).toEqual({ a: [1, { b: 'ñ' }] });
});
