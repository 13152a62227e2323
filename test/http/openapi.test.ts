import { expect, test } from '@jest/globals';
import Joi from 'joi';
import { declaredCalls } from '../../src/docs/declared-calls.ts';
import type { CallFacts } from '../../src/http/call.ts';
import { bodyExample, openApiOf, operationIdOf } from '../../src/http/openapi.ts';
import { exampleFor } from '../../src/http/schema-example.ts';

const calls = declaredCalls();
const named = calls.map((call) => [`${call.method} ${call.path}`, call] as const);

interface Operation {
  readonly security: readonly unknown[];
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
}
const document = openApiOf({ calls, version: '1.2.3' }) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

test('every call is an operation of its own', () => {
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

  expect(operations).toHaveLength(calls.length);
  expect(new Set(calls.map(operationIdOf)).size).toBe(calls.length);
  expect(new Set(calls.map(({ summary }) => summary)).size).toBe(calls.length);
});

test.each(named)('%s: its example is a body that it takes', (_name, call) => {
  expect(call.body?.validate(bodyExample(call), { convert: false }).error).toBeUndefined();
});

test.each(named)('%s: the examples of its answers are answers', (_name, { answers }) => {
  const faults = Object.values(answers).map(
    ({ schema }) => schema?.validate(exampleFor(schema)).error?.message,
  );

  expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
});

test.each(named)('%s: an answer with a body says what is in it', (_name, call: CallFacts) => {
  const silent = Object.entries(call.answers).filter(
    ([status, { schema, type }]) => !['204', '303', '304'].includes(status) && !schema && !type,
  );

  expect(silent).toEqual([]);
});

test.each(named)('%s: every name in its path is described', (_name, { path, params = {} }) => {
  expect([...path.matchAll(/:(\w+)/g)].map(([, name]) => name)).toEqual(Object.keys(params));
});

test('who needs no sign-in is told, and everybody else how to sign in', () => {
  expect(document.paths['/livez']?.['get']?.security).toEqual([]);
  expect(document.paths['/api/instances']?.['get']?.security).toEqual([{ token: [] }, { session: [] }]);
  expect(Object.keys(document.components['securitySchemes'] ?? {})).toEqual(['token', 'session']);
});

test('signed calls tell the headers of the signature', () => {
  const headers = document.paths['/api/callbacks/ready']?.['post']?.parameters.map(({ name }) => name);

  expect(headers).toEqual(['webhook-id', 'webhook-timestamp', 'webhook-signature']);
});

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"#\/components\/(\w+)\/([\w-]+)"/g)];
  const broken = references.filter(
    ([, group = '', name = '']) => document.components[group]?.[name] === undefined,
  );

  expect(references.length).toBeGreaterThan(100);
  expect(broken.map(([text]) => text)).toEqual([]);
});

test('a call without schemas takes nothing and documents its errors', () => {
  const call: CallFacts = {
    method: 'post',
    path: '/api/things/:id/poke',
    right: 'any_user',
    summary: 'Poke',
    params: { id: Joi.string() },
    answers: { 204: { description: 'Poked' } },
    errors: ['conflict'],
  };
  const { paths } = openApiOf({ calls: [call], version: '' }) as unknown as typeof document;
  const operation = paths['/api/things/{id}/poke']?.['post'];

  expect(Object.keys(operation?.responses ?? {})).toEqual(['204', '400', '401', '403', '409', 'default']);
  expect(operation?.responses['409']).toEqual({ $ref: '#/components/responses/conflict' });
  expect(operation).not.toHaveProperty('requestBody');
});
