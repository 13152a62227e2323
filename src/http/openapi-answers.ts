import type { ErrorCode } from '../platform/errors.ts';
import type { CallAnswer, CallFacts } from './call.ts';
import { ERROR_CATALOGUE } from './error-catalogue.ts';
import type { Components } from './openapi-components.ts';
import type { JsonSchema } from './json-schema.ts';
import { exampleFor } from './schema-example.ts';
import { usualErrors } from './usual-errors.ts';

/** Every status that a call may answer; what goes wrong on our side is the `default` of all calls. */
export function responsesOf(call: CallFacts, components: Components): JsonSchema {
  const answers = Object.entries(call.answers).map(
    ([status, answer]) => [status, answerOf(answer, components)] as const,
  );
  const refusals = [...refusalsOf(call)]
    .filter(([status]) => call.answers[status] === undefined)
    .map(([status, codes]) => [String(status), problemOf(codes, components)] as const);
  return {
    ...Object.fromEntries([...answers, ...refusals]),
    default: problemOf(['internal', 'store_unavailable'], components),
  };
}

/** The codes that a call may be answered, by status, lowest first. */
export function refusalsOf(call: CallFacts): ReadonlyMap<number, readonly ErrorCode[]> {
  const codes = [...new Set([...usualErrors(call), ...(call.errors ?? [])])];
  const byStatus = Map.groupBy(codes, (code) => ERROR_CATALOGUE[code].status);
  return new Map([...byStatus].sort(([a], [b]) => a - b));
}

function answerOf(
  { description, schema, type, headers = {} }: CallAnswer,
  components: Components,
): JsonSchema {
  const json = schema && {
    'application/json': { schema: components.schemaOf(schema), example: exampleFor(schema) },
  };
  const texts = type === undefined ? [] : [type].flat();
  const plain = texts.map((one) => [one, { schema: { type: 'string' } }] as const);
  const content: JsonSchema | undefined = json ?? (plain.length > 0 ? Object.fromEntries(plain) : undefined);
  return {
    description,
    ...(content && { content }),
    ...(Object.keys(headers).length > 0 && { headers: headersOf(headers) }),
  };
}

function headersOf(headers: Readonly<Record<string, string>>): JsonSchema {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}

function problemOf(codes: readonly ErrorCode[], components: Components): JsonSchema {
  const lines = codes.map((code) => `- \`${code}\`: ${ERROR_CATALOGUE[code].meaning}`);
  const schema = {
    allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }],
  };
  const content = { 'application/problem+json': { schema, example: problemExample(codes[0] ?? 'internal') } };
  return components.share(codes.join('-or-'), { description: lines.join('\n'), content });
}

function problemExample(code: ErrorCode): JsonSchema {
  const { title, status, meaning, action } = ERROR_CATALOGUE[code];
  const type = `urn:ark-deploy:problem:${code}`;
  return { type, title, status, code, detail: meaning, hint: action, request_id: '4f1c0e5f2b8c4a0b9d3e7a61' };
}
