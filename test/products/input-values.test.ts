import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AppError } from '../../src/platform/errors.ts';
import { validateInputs } from '../../src/products/input-values.ts';
import type { InputSpec } from '../../src/products/product.ts';
import { faultLines } from './product-builder.ts';

function spec(fields: Partial<InputSpec> = {}): InputSpec {
  return { type: 'string', required: false, secret: false, max_length: 80, env: 'APP_TITLE', ...fields };
}

function withTitle(fields: Partial<InputSpec> = {}): { inputs: Record<string, InputSpec> } {
  return { inputs: { title: spec(fields) } };
}

function faultsOf(product: { inputs: Record<string, InputSpec> }, raw: unknown): string[] {
  try {
    validateInputs(product, raw);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: 'validation_failed' });
    return faultLines(error as AppError);
  }
}

test.each([
  '{{ 7*7 }}',
  '$(id)',
  '${X}',
  '`id`',
  "'; id; '",
  '-oProxyCommand=x',
  '../../etc',
  '<b>',
  'ñ 😀 عربى',
  ' a ',
  '{% raw %}',
  '\\n',
])('the text %s arrives byte for byte', (title) => {
  expect(validateInputs(withTitle(), { title })).toEqual([{ env: 'APP_TITLE', value: title, secret: false }]);
});

test('every printable text arrives byte for byte', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (title) => {
      fc.pre(!/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(title));
      expect(validateInputs(withTitle(), { title })[0]?.value).toBe(title);
    }),
  );
});

test.each(['a\0b', 'a\nb', 'a\rb', 'a\tb', '\u001b[31m', '\u007f', '\u0085', '\u2028', '\ud800'])(
  'the control character in %j is refused and not repeated',
  (title) => {
    const faults = faultsOf(withTitle(), { title });

    expect(faults).toHaveLength(1);
    expect(faults[0]).not.toContain(title);
  },
);

describe('an input is refused when it', () => {
  test.each([
    ['is a number for text', spec(), 7],
    ['is a list', spec(), ['a']],
    ['is an object', spec(), { toString: 'x' }],
    ['is a truth for text', spec(), true],
    ['is too long', spec({ max_length: 3 }), 'abcd'],
    ['is too long in characters of two units', spec({ max_length: 3 }), '😀😀😀😀'],
    ['is none of the choices', spec({ choices: ['a', 'b'] }), 'c'],
    ['matches the pattern only in part', spec({ pattern: '[a-z]+' }), 'abc1'],
    ['is empty but required', spec({ required: true }), ''],
    ['is absent but required', spec({ required: true }), undefined],
    ['is no whole number', spec({ type: 'integer' }), 1.5],
    ['is a number in words', spec({ type: 'integer' }), '0x10'],
    ['is a number with blanks', spec({ type: 'integer' }), ' 1'],
    ['is no number', spec({ type: 'integer' }), NaN],
    ['is too large to be exact', spec({ type: 'integer' }), 2 ** 60],
    ['is below the minimum', spec({ type: 'integer', minimum: 1 }), 0],
    ['is above the maximum', spec({ type: 'integer', maximum: 5 }), '6'],
    ['is neither true nor false', spec({ type: 'boolean' }), 'yes'],
    ['is 1 for true', spec({ type: 'boolean' }), 1],
  ])('%s', (_what, title, value) => {
    expect(faultsOf({ inputs: { title } }, { title: value })).toEqual([
      expect.stringMatching(/^inputs\.title: /),
    ]);
  });

  test.each([
    ['a text', 'x'],
    ['a list', []],
    ['nothing', null],
    ['a number', 1],
  ])('comes in %s instead of an object', (_what, raw) => {
    expect(faultsOf(withTitle(), raw)).toEqual(['inputs: must be an object']);
  });

  test.each(['surprise', '__proto__', 'constructor', 'a\nb', '$(id)'])('is unknown: %j', (name) => {
    const raw = JSON.parse(`{${JSON.stringify(name)}: "x"}`) as unknown;

    expect(faultsOf(withTitle(), raw)).toEqual([expect.stringContaining('no such input')]);
  });
});

test('four characters of two units fit into four', () => {
  expect(validateInputs(withTitle({ max_length: 4 }), { title: '😀😀😀😀' })).toHaveLength(1);
});

test('a default fills in; an input with neither value nor default is left out', () => {
  const inputs = { title: spec({ default: 'Mi aplicación' }), color: spec({ env: 'COLOR' }) };

  expect(validateInputs({ inputs }, {})).toEqual([
    { env: 'APP_TITLE', value: 'Mi aplicación', secret: false },
  ]);
});

test('numbers and truths travel as text, with their services and their secrecy', () => {
  const inputs = {
    size: spec({ type: 'integer', env: 'SIZE', services: ['web'] }),
    debug: spec({ type: 'boolean', env: 'DEBUG', secret: true }),
  };

  expect(validateInputs({ inputs }, { size: '-7', debug: true })).toEqual([
    { env: 'SIZE', value: '-7', secret: false, services: ['web'] },
    { env: 'DEBUG', value: 'true', secret: true },
  ]);
});

test('all faults come at once', () => {
  const inputs = { a: spec({ required: true }), b: spec({ type: 'integer' }) };

  expect(faultsOf({ inputs }, { b: 'x', c: 1 })).toHaveLength(3);
});

test('inputs that are too large together are refused', () => {
  const inputs = Object.fromEntries(
    Array.from({ length: 5 }, (_, index) => [`a${String(index)}`, spec({ max_length: 16_384 })]),
  );
  const raw = Object.fromEntries(Object.keys(inputs).map((name) => [name, 'x'.repeat(16_000)]));

  expect(faultsOf({ inputs }, raw)).toEqual(['inputs: are larger than 65536 bytes together']);
});
