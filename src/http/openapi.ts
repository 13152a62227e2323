import type Joi from 'joi';
import { mayBeLeftOut, type CallFacts } from './call.ts';
import type { JsonSchema } from './json-schema.ts';
import { responsesOf } from './openapi-answers.ts';
import { newComponents, type Components } from './openapi-components.ts';
import { problemSchema } from './problem-schema.ts';
import { exampleFor } from './schema-example.ts';
import { SIGNATURE_HEADERS } from './signature-headers.ts';

export interface DocumentOptions {
  readonly calls: readonly CallFacts[];
  readonly version: string;
}

const DESCRIPTION = [
  'From a click to a client’s own running copy. Fields are in snake_case, moments in ISO 8601 and UTC.',
  'Every error is `application/problem+json` with a `code` of a closed list and a `hint` of what to do.',
  'Lists come newest first in pages: `next_cursor` is the `cursor` of the next page.',
].join('\n');

const SECURITY = {
  token: { type: 'http', scheme: 'bearer', description: 'The token of ARK_ADMIN_TOKEN' },
  session: { type: 'apiKey', in: 'cookie', name: 'ark_session', description: 'From a sign-in link' },
};

/** The OpenAPI 3.1 description of these calls. Pure. */
export function openApiOf({ calls, version }: DocumentOptions): JsonSchema {
  const components = newComponents();
  components.schemaOf(problemSchema);
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const call of calls) {
    const path = (paths[pathOf(call)] ??= {});
    path[call.method] = operationOf(call, components);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Ark Deploy', version, description: DESCRIPTION },
    servers: [{ url: '/' }],
    tags: [...new Set(calls.map(tagOf))].map((name) => ({ name })),
    paths,
    components: { ...components.written(), securitySchemes: SECURITY },
  };
}

/** `/api/instances/{id}` */
export function pathOf({ path }: Pick<CallFacts, 'path'>): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

/** `POST /api/instances/:id/deployments` is `post_instances_id_deployments`. */
export function operationIdOf({ method, path }: Pick<CallFacts, 'method' | 'path'>): string {
  const words = path.split(/\W+/).filter((word) => word !== '' && word !== 'api');
  return [method, ...words].join('_');
}

/** What comes after /api: `instances`; calls about this process itself are `system`. */
export function tagOf({ path, right }: Pick<CallFacts, 'path' | 'right'>): string {
  if (right === 'signature') return 'callbacks';
  const [first, second = ''] = path.split('/').filter((word) => word !== '');
  return first === 'api' ? second : 'system';
}

function operationOf(call: CallFacts, components: Components): JsonSchema {
  const { summary, description, right, body } = call;
  const isOpen = right === 'anybody' || right === 'signature';
  return {
    operationId: operationIdOf(call),
    tags: [tagOf(call)],
    summary,
    description: [description, rightWords(right)].filter((words) => words !== undefined).join('\n\n'),
    security: isOpen ? [] : [{ token: [] }, { session: [] }],
    parameters: parametersOf(call, components),
    ...(body && { requestBody: bodyOf({ body, example: bodyExample(call) }, components) }),
    responses: responsesOf(call, components),
  };
}

/** Who may, in words. */
export function rightWords(right: CallFacts['right']): string {
  return WHO[right] ?? `Needs the right \`${right}\`.`;
}

const WHO: Readonly<Partial<Record<CallFacts['right'], string>>> = {
  anybody: 'Needs no sign-in.',
  any_user: 'For anybody who is signed in.',
  signature: 'For jobs, signed: docs/callbacks.md.',
};

/** A body that the call takes; undefined when it takes none. */
export function bodyExample({ body, example }: CallFacts): unknown {
  return body && (example ?? exampleFor(body));
}

function bodyOf(
  { body, example }: { readonly body: Joi.ObjectSchema; readonly example: unknown },
  components: Components,
): JsonSchema {
  const content = { 'application/json': { schema: components.schemaOf(body), example } };
  return { required: !mayBeLeftOut(body), content };
}

function parametersOf(call: CallFacts, components: Components): readonly JsonSchema[] {
  const { params = {}, query, headers = {}, right } = call;
  const signed = right === 'signature' ? SIGNATURE_HEADERS : {};
  const { properties = {}, required = [] } = (query ? components.schemaOf(query) : {}) as {
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly required?: readonly string[];
  };
  const written = (fields: Readonly<Record<string, Joi.Schema>>) =>
    Object.entries(fields).map(([name, schema]) => [name, components.schemaOf(schema)] as const);
  return [
    ...written(params).map(([name, schema]) => parameter({ name, in: 'path', required: true }, schema)),
    ...Object.entries(properties).map(([name, schema]) =>
      parameter({ name, in: 'query', required: required.includes(name) }, schema),
    ),
    ...written(headers).map(([name, schema]) => parameter({ name, in: 'header', required: false }, schema)),
    ...written(signed).map(([name, schema]) => parameter({ name, in: 'header', required: true }, schema)),
  ];
}

interface Place {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
}

function parameter(place: Place, { description, examples, ...schema }: JsonSchema): JsonSchema {
  const [example] = (examples ?? []) as readonly unknown[];
  return {
    ...place,
    ...(description !== undefined && { description }),
    schema,
    ...(example !== undefined && { example }),
  };
}
