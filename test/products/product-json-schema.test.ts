import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { productJsonSchema } from '../../src/products/product-json-schema.ts';

test('docs/product.schema.json says what the loader checks', () => {
  const written = readFileSync(join(import.meta.dirname, '../../docs/product.schema.json'), 'utf8');

  expect(written).toBe(productJsonSchema());
});

test('it names every key, refuses others, and knows limits and defaults', () => {
  const schema = JSON.parse(productJsonSchema()) as Record<string, unknown>;

  expect(schema).toMatchObject({
    additionalProperties: false,
    required: ['name', 'version', 'endpoints'],
    properties: {
      name: { type: 'string', maxLength: 80 },
      strategy: { enum: ['recreate', 'swap'], default: 'recreate' },
      drain_s: { type: 'integer', minimum: 0, maximum: 300, default: 10 },
      permissions: { type: 'array', maxItems: 0 },
    },
  });
});
