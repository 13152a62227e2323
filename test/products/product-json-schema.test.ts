import { expect, test } from '@jest/globals';
import { productJsonSchema } from '../../src/products/product-json-schema.ts';

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
