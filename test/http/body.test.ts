import { expect, test } from '@jest/globals';
import fc from 'fast-check';
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

test.each([
  ['side by side', '{"a":1,"b":2,"a":3}', '"a"'],
  ['spelled in two ways', '{"why":1,"w\\u0068y":2}', '"why"'],
  ['deep inside', '{"x":[{"y":{"k":1,"k" : 2}}]}', '"k"'],
  ['after an object', '{"k":{"z":1},"k":2}', '"k"'],
  ['of no letter', '{"":1,"":2}', '""'],
  ['with a quote', '{"a\\"b":1,"a\\"b":2}', String.raw`"a\"b"`],
])('a key that stands twice, %s, is malformed and named', (_what, text, key) => {
  expect(() => parseJson(Buffer.from(text))).toThrow(
    expect.objectContaining({
      code: 'malformed_request',
      message: `The body has a key twice in one object: ${key}`,
    }),
  );
});

test.each([
  '{"a":{"a":1},"b":[{"a":1},{"a":2}]}',
  '{"a":"\\"a\\":1,{","b":"}"}',
  '["a","a",{"k":"a"},"k","a"]',
])('%s has no key twice', (text) => {
  expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
});

test('a text without a key twice is what JSON.parse makes of it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6, noUnicodeString: false }), fc.nat(3), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      fc.pre(!text.includes('"__proto__"'));
      expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
    }),
  );
});

test('a key twice is found wherever it stands', () => {
  const leaf = fc.jsonValue({ maxDepth: 2 }).filter((value) => !JSON.stringify(value).includes('__proto__'));
  const key = fc.string({ unit: 'grapheme' }).filter((name) => name !== '__proto__');
  fc.assert(
    fc.property(key, leaf, leaf, fc.array(fc.boolean(), { maxLength: 10 }), (name, one, other, around) => {
      const pair = [one, other].map((value) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',');
      const text = around.reduce(
        (inner, isList) => (isList ? `[0,${inner}]` : `{"o":${inner}}`),
        `{${pair}}`,
      );
      expect(() => parseJson(Buffer.from(text))).toThrow(/twice/);
    }),
  );
});

test('the longest body of quotes, escapes and spaces is read in a moment', () => {
  const texts = [
    `["${'\\"'.repeat(500_000)}"]`,
    `["x"${' '.repeat(1_000_000)}]`,
    `{${Array.from({ length: 60_000 }, (_, index) => `"k${String(index)}":{}`).join(',')}}`,
  ];
  const before = performance.now();
  for (const text of texts) parseJson(Buffer.from(text));
  expect(performance.now() - before).toBeLessThan(5_000);
});
