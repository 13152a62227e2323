import { expect, test } from '@jest/globals';
import Joi from 'joi';
import { jsonSchemaOf, type JsonSchema } from '../../src/http/json-schema.ts';
import { line } from '../../src/http/line.ts';

const written = (schema: Joi.Schema): JsonSchema => jsonSchemaOf(schema, new Map());

test('fields keep their types, limits, defaults, examples and descriptions', () => {
  const schema = Joi.object({
    slots: Joi.number().integer().min(1).max(50).default(2).description('At once'),
    kind: Joi.string().valid('a', 'b').required(),
    clients: Joi.array().items(Joi.string().max(80)).unique(),
    id: Joi.string()
      .pattern(/^[a-z]+$/, 'id')
      .example('acme'),
  });

  expect(written(schema)).toMatchObject({
    type: 'object',
    additionalProperties: false,
    required: ['kind'],
    properties: {
      slots: { type: 'integer', minimum: 1, maximum: 50, default: 2, description: 'At once' },
      kind: { type: 'string', enum: ['a', 'b'] },
      clients: { type: 'array', uniqueItems: true, items: { type: 'string', maxLength: 80 } },
      id: { type: 'string', pattern: '^[a-z]+$', examples: ['acme'] },
    },
  });
});

test('null beside fixed values is one of them', () => {
  expect(written(Joi.string().valid('a', null))).toMatchObject({
    type: ['string', 'null'],
    enum: ['a', null],
  });
});

test('a pattern that must not match is never written as one that must', () => {
  const schema = written(Joi.string().pattern(/\s/, { invert: true }));

  expect(schema).toMatchObject({ not: { pattern: String.raw`\s` } });
  expect(schema).not.toHaveProperty('pattern');
});

test.each([
  ['Acme', true],
  ['Ñandú y compañía 🚀', true],
  [' Acme', false],
  ['Acme ', false],
  ['two\nlines', false],
  ['\u2028', false],
  ['tab\there', false],
])('the pattern of a line says of %j what joi says', (text, isGood) => {
  const { pattern } = written(line(80)) as { pattern: string };

  expect(line(80).validate(text, { convert: false }).error === undefined).toBe(isGood);
  expect(new RegExp(pattern, 'u').test(text)).toBe(isGood);
});

test('a line that may be empty may be empty in JSON Schema too', () => {
  expect(written(line(80).allow(''))).toMatchObject({
    anyOf: [{ maxLength: 0 }, { pattern: expect.any(String) }],
  });
});

test('fields that exclude or need each other say so', () => {
  const field = { a: Joi.string(), b: Joi.string() };

  expect(written(Joi.object(field).oxor('a', 'b'))).toMatchObject({
    not: { anyOf: [{ required: ['a', 'b'] }] },
  });
  expect(written(Joi.object(field).and('a', 'b'))).toMatchObject({
    dependentRequired: { a: ['b'], b: ['a'] },
  });
});

test('a named schema is written once, without the null of one place', () => {
  const named = new Map<string, JsonSchema>();
  const inner = Joi.object({ id: Joi.string() }).meta({ schemaName: 'Thing' });
  const schema = jsonSchemaOf(Joi.object({ one: inner.required(), other: inner.allow(null) }), named);

  expect(schema['properties']).toEqual({
    one: { $ref: '#/components/schemas/Thing' },
    other: { anyOf: [{ $ref: '#/components/schemas/Thing' }, { type: 'null' }] },
  });
  expect(named.get('Thing')).toMatchObject({ type: 'object' });
  expect([...named.keys()]).toEqual(['Thing']);
});
