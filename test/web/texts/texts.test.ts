import { expect, test } from '@jest/globals';
import { PHASES } from '../../../src/deployments/phases.ts';
import { en } from '../../../src/web/texts/en.ts';
import { es } from '../../../src/web/texts/es.ts';
import { wordsFor } from '../../../src/web/texts/words.ts';

function keysOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) => keysOf(inner, `${path}.${key}`));
}

test('both languages say the same things', () => {
  expect(keysOf(en).sort()).toEqual(keysOf(es).sort());
});

test('the pages know every phase of a deployment', () => {
  for (const { phase } of [es, en]) expect(Object.keys(phase).sort()).toEqual([...PHASES].sort());
});

test('an unknown code is shown as its title, or as it came', () => {
  expect(wordsFor('brand_new', es, 'Something new')).toBe('Something new');
  expect(wordsFor('brand_new', es)).toBe('brand_new');
  expect(wordsFor('toString', es)).toBe('toString');
});
