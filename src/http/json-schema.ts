import type Joi from 'joi';

/** JSON Schema 2020-12, as OpenAPI 3.1 takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Schemas that have a name (`meta({ schemaName })`), each written once. */
export type NamedSchemas = Map<string, JsonSchema>;

interface Description {
  readonly flags?: { readonly only?: boolean };
  readonly allow?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly metas?: readonly { readonly jsonSchema?: JsonSchema; readonly schemaName?: string }[];
  readonly rules?: readonly { readonly name: string; readonly args?: PatternArguments }[];
  readonly dependencies?: readonly { readonly rel: string; readonly peers: readonly string[] }[];
}

type Meta = NonNullable<Description['metas']>[number];

interface PatternArguments {
  readonly regex?: string;
  readonly options?: { readonly invert?: boolean };
}

/** The part of joi's extension interface that leads to the schemas inside one. */
interface Inner {
  readonly keys?: readonly { readonly key: string; readonly schema: Joi.Schema }[] | null;
  readonly patterns?: readonly { readonly regex?: RegExp; readonly rule: Joi.Schema }[] | null;
  readonly items?: readonly Joi.Schema[];
}

/**
 * The schema as JSON Schema. joi writes most of it itself; added here are the names, and what joi leaves out:
 * examples, null beside other fixed values, patterns that must not match, fields that exclude or need each other.
 * What no rule of joi says stands in `meta({ jsonSchema })`: it is added, instead of patterns that must not match.
 */
export function jsonSchemaOf(schema: Joi.Schema, named: NamedSchemas): JsonSchema {
  const said: Description = schema.describe();
  const name = metaOf(said, 'schemaName');
  if (name === undefined) return written(schema, said, named);
  const isNullable = said.allow?.includes(null) === true;
  if (!named.has(name)) {
    named.set(name, {});
    const bare = isNullable ? schema.disallow(null) : schema;
    named.set(name, written(bare, bare.describe(), named));
  }
  const ref = { $ref: `#/components/schemas/${name}` };
  return isNullable ? { anyOf: [ref, { type: 'null' }] } : ref;
}

function metaOf<K extends keyof Meta>({ metas = [] }: Description, key: K): Meta[K] | undefined {
  return metas.findLast((meta) => meta[key] !== undefined)?.[key];
}

function written(schema: Joi.Schema, said: Description, named: NamedSchemas): JsonSchema {
  // Its patterns are wrong where they must not match.
  const {
    $defs: _named,
    pattern: _pattern,
    allOf: _patterns,
    ...own
  } = schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' });
  const patterns = patternsOf(said);
  return {
    ...(patterns['pattern'] === undefined ? own : withoutLeast(own)),
    ...innerOf(schema, named),
    ...nullBeside(own, said),
    ...(said.examples && { examples: said.examples }),
    ...dependenciesOf(said),
    ...patterns,
  };
}

/** joi takes no empty text anyway; a pattern says it better than a length beside it. */
function withoutLeast({ minLength, ...own }: JsonSchema): JsonSchema {
  return minLength === 1 || minLength === undefined ? own : { minLength, ...own };
}

/** joi writes schemas inside one in place; here those with a name are referred to. */
function innerOf(schema: Joi.Schema, named: NamedSchemas): JsonSchema {
  const { keys, patterns, items = [] } = schema.$_terms as Inner;
  const [item, ...others] = items;
  return {
    ...(keys && {
      properties: Object.fromEntries(keys.map(({ key, schema: inner }) => [key, jsonSchemaOf(inner, named)])),
    }),
    ...(patterns?.every(({ regex }) => regex !== undefined) && {
      patternProperties: Object.fromEntries(
        patterns.map(({ regex, rule }) => [regex?.source ?? '', jsonSchemaOf(rule, named)]),
      ),
    }),
    ...(item && others.length === 0 && { items: jsonSchemaOf(item, named) }),
  };
}

function nullBeside({ enum: values }: JsonSchema, { flags, allow }: Description): JsonSchema {
  const isMissing = flags?.only === true && allow?.includes(null) === true && Array.isArray(values);
  return isMissing ? { enum: [...(values as unknown[]), null] } : {};
}

function dependenciesOf({ dependencies = [] }: Description): JsonSchema {
  const exclusive = dependencies.filter(({ rel }) => rel === 'oxor');
  const oneOf = dependencies.filter(({ rel }) => rel === 'or').flatMap(({ peers }) => peers);
  const together = dependencies.filter(({ rel }) => rel === 'and').flatMap(({ peers }) => peers);
  return {
    ...(exclusive.length > 0 && { not: { anyOf: exclusive.map(({ peers }) => ({ required: peers })) } }),
    ...(oneOf.length > 0 && { anyOf: oneOf.map((name) => ({ required: [name] })) }),
    ...(together.length > 0 && {
      dependentRequired: Object.fromEntries(
        together.map((name) => [name, together.filter((other) => other !== name)]),
      ),
    }),
  };
}

function patternsOf(said: Description): JsonSchema {
  const { rules = [], allow = [] } = said;
  const meta = metaOf(said, 'jsonSchema');
  const ruled = rules
    .filter(({ name, args }) => name === 'pattern' && (meta === undefined || args?.options?.invert !== true))
    .map(({ args = {} }) => patternOf(args));
  const patterns = meta ? [meta, ...ruled] : ruled;
  const all = patterns.length > 1 ? { allOf: patterns } : (patterns[0] ?? {});
  // joi asks no rule about a value that is allowed by itself
  return allow.includes('') && patterns.length > 0 ? { anyOf: [{ maxLength: 0 }, all] } : all;
}

function patternOf({ regex = '', options }: PatternArguments): JsonSchema {
  const pattern = regex.slice(1, regex.lastIndexOf('/'));
  return options?.invert === true ? { not: { pattern } } : { pattern };
}
