import { describe, expect, test } from '@jest/globals';
import { readYaml } from '../../src/products/yaml-document.ts';

const bomb = [
  'a: &a [1,1,1,1,1,1,1,1,1]',
  ...'bcdefgh'.split('').map((key, index) => {
    const before = 'abcdefg'[index] ?? '';
    return `${key}: &${key} [*${before},*${before},*${before},*${before},*${before},*${before},*${before},*${before}]`;
  }),
].join('\n');

describe('a YAML document is refused when it', () => {
  test.each([
    ['multiplies by aliases', bomb],
    ['contains itself', 'a: &x [*x]'],
    ['doubles a key', 'a: 1\na: 2'],
    ['names a tag that runs code', 'a: !!python/object/apply:os.system [id]'],
    ['names an unknown tag', 'a: !x 1'],
    ['is nested without end', '['.repeat(30_000)],
    ['is nested deeper than 32 levels', `${'['.repeat(40)}${']'.repeat(40)}`],
    ['is larger than 64 KiB', `a: ${'x'.repeat(66_000)}`],
    ['holds more than one document', 'a: 1\n---\nb: 2'],
    ['has a number that cannot be kept', 'a: 9007199254740993'],
    ['has an infinite number', 'a: .inf'],
    ['has no number at all', 'a: .nan'],
    ['holds NUL', 'a: "\\0"'],
    ['holds an escape character', 'a: "\\e[31m"'],
    ['holds a line separator', 'a: "\\L"'],
    ['holds half a character', 'a: "\\ud800"'],
    ['is not closed', 'a: ['],
  ])('%s', (_what, text) => {
    const outcome = readYaml(text, 'x.yaml');

    expect(outcome).toMatchObject({ ok: false });
  });
});

test('a merge key is an ordinary key, for the schema to refuse', () => {
  expect(readYaml('a: { <<: { b: 1 } }', 'x.yaml')).toMatchObject({
    ok: true,
    value: { a: { '<<': { b: 1 } } },
  });
});

test('a key named __proto__ stays a key', () => {
  const outcome = readYaml('__proto__: { polluted: true }', 'x.yaml');

  expect(outcome.ok && Object.keys(outcome.value as object)).toEqual(['__proto__']);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('a few aliases are welcome', () => {
  expect(readYaml('a: &x { b: 1 }\nc: *x', 'x.yaml')).toMatchObject({
    ok: true,
    value: { a: { b: 1 }, c: { b: 1 } },
  });
});
