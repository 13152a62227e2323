import Joi from 'joi';
import { line } from '../http/line.ts';
import type { InputSpec, Strategy } from './product.ts';
import type { Fault } from './product-faults.ts';

/** product.yaml as it is written; defaults filled in. Names are the keys of the maps. */
export interface ProductFile {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly endpoints: Readonly<Record<string, EndpointEntry>>;
  readonly health: { readonly path: string; readonly timeout_s: number };
  readonly strategy: Strategy;
  readonly deadline_s: number;
  readonly drain_s: number;
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly secrets: Readonly<Record<string, { readonly length: number }>>;
  readonly singletons: readonly string[];
  readonly migrate?: { readonly service: string; readonly backward_compatible: boolean };
  readonly base_path_env?: string;
  readonly permissions: readonly string[];
}

export interface EndpointEntry {
  readonly service: string;
  readonly port: number;
  readonly primary: boolean;
}

export const LONGEST_INPUT = 16_384;

// Without `m`, `$` is the end of the text and nothing else.
const SERVICE = /^[a-z](?:[a-z0-9_-]{0,38}[a-z0-9])?$/;
const ENDPOINT_NAME = /^[a-z0-9](?:[a-z0-9]|-(?!-)){0,18}(?<!-)$/;
const INPUT_NAME = /^[a-z][a-z0-9_]{0,39}$/;
const ENV = /^(?!ARK_)[A-Z_][A-Z0-9_]{0,63}$/;
const VERSION = /^[0-9A-Za-z][0-9A-Za-z.+-]{0,39}$/;
const HEALTH_PATH = /^\/(?!\/)[A-Za-z0-9/._~%=?&-]{0,199}$/;

const service = Joi.string().pattern(SERVICE, 'a service name');
const env = Joi.string().pattern(ENV, 'a variable name: capitals, digits, _, and not ARK_…');

/** joi speaks of plain arrays; our types are readonly. */
type Plain<T> = { [Key in keyof T]: T[Key] extends infer Value ? PlainArray<Value> : never };
type PlainArray<Value> = Value extends readonly (infer Item)[] ? Item[] : Value;

const endpoint = Joi.object<EndpointEntry, true>({
  service: service.required(),
  port: Joi.number().port().min(1).required(),
  primary: Joi.boolean().default(false),
});

const input = Joi.object<Plain<InputSpec>, true>({
  type: Joi.string().valid('string', 'integer', 'boolean').required(),
  title: line(100),
  required: Joi.boolean().default(false),
  secret: Joi.boolean().default(false),
  max_length: Joi.number().integer().min(1).max(LONGEST_INPUT).default(1000),
  pattern: Joi.string().max(500),
  minimum: Joi.number().integer(),
  maximum: Joi.number().integer(),
  choices: Joi.array().items(line(200)).min(1).max(100).unique(),
  default: Joi.alternatives(Joi.string().allow(''), Joi.number(), Joi.boolean()),
  env: env.required(),
  services: Joi.array().items(service).min(1).max(20).unique(),
});

const schema = Joi.object<Plain<ProductFile>, true>({
  name: line(80).required(),
  description: line(500).allow('').default(''),
  version: Joi.string().pattern(VERSION, 'a version such as 1.2.0, in quotes').required(),
  endpoints: Joi.object().pattern(ENDPOINT_NAME, endpoint).min(1).max(8).required(),
  health: Joi.object({
    path: Joi.string().pattern(HEALTH_PATH, 'a path such as /healthz').default('/'),
    timeout_s: Joi.number().integer().min(1).max(600).default(60),
  }).default({ path: '/', timeout_s: 60 }),
  strategy: Joi.string().valid('recreate', 'swap').default('recreate'),
  deadline_s: Joi.number().integer().min(60).max(3600).default(900),
  drain_s: Joi.number().integer().min(0).max(300).default(10),
  inputs: Joi.object().pattern(INPUT_NAME, input).max(50).default({}),
  secrets: Joi.object()
    .pattern(ENV, Joi.object({ length: Joi.number().integer().min(16).max(128).default(32) }))
    .max(20)
    .default({}),
  singletons: Joi.array().items(service).max(20).unique().default([]),
  migrate: Joi.object({ service: service.required(), backward_compatible: Joi.boolean().default(false) }),
  base_path_env: env,
  // What a product may do beyond the allow-list, with an admin's consent. Nothing can be asked for yet.
  permissions: Joi.array().max(0).default([]).messages({
    'array.max': 'names a permission that this version does not know; it knows none',
  }),
});

export type ProductFileOutcome =
  | { readonly ok: true; readonly value: ProductFile }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** The content of product.yaml, checked; unknown keys are refused and all faults come at once. Pure. */
export function checkProductFile(content: unknown, file: string): ProductFileOutcome {
  const result = schema.required().validate(content, {
    abortEarly: false,
    convert: false,
    errors: { label: false },
    // joi's own words would repeat the value.
    messages: { 'string.pattern.name': 'must be {{#name}}', 'object.unknown': 'is not a known key' },
  });
  if (result.error === undefined) return { ok: true, value: result.value };
  const faults = result.error.details.map(({ path, message }) => ({
    path: `${file}: ${path.join('.') || '(the file)'}`,
    message: message.replaceAll('\n', ' ').slice(0, 300),
  }));
  return { ok: false, faults };
}

/** The schema as joi describes it, for the JSON Schema in docs/. */
export function describeProductFile(): unknown {
  return schema.describe();
}
