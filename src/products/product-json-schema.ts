import { describeProductFile } from './product-schema.ts';

/** The part of a joi description that product.yaml uses. */
interface Description {
  readonly type: string;
  readonly flags?: { readonly default?: unknown; readonly presence?: string; readonly only?: boolean };
  readonly rules?: readonly {
    readonly name: string;
    readonly args?: {
      readonly limit?: number;
      readonly regex?: string;
      readonly options?: { readonly invert?: boolean };
    };
  }[];
  readonly allow?: readonly unknown[];
  readonly keys?: Readonly<Record<string, Description>>;
  readonly patterns?: readonly { readonly regex: string; readonly rule: Description }[];
  readonly items?: readonly Description[];
  readonly matches?: readonly { readonly schema: Description }[];
}

type JsonSchema = Readonly<Record<string, unknown>>;

/** JSON Schema (draft 2020-12) of product.yaml for editors; the text of docs/product.schema.json. */
export function productJsonSchema(): string {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'product.yaml of Ark Deploy',
    ...toJsonSchema(describeProductFile() as Description),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function toJsonSchema(description: Description): JsonSchema {
  const { type, flags = {}, allow = [], matches } = description;
  const common = flags.default === undefined ? {} : { default: flags.default };
  if (flags.only === true) return { enum: allow, ...common };
  if (matches !== undefined) return { anyOf: matches.map(({ schema }) => toJsonSchema(schema)), ...common };
  if (type === 'object') return { ...objectSchema(description), ...common };
  return {
    type: isInteger(description) ? 'integer' : type,
    ...limits(description),
    ...items(description),
    ...common,
  };
}

function objectSchema({ keys = {}, patterns = [], rules = [] }: Description): JsonSchema {
  const required = Object.entries(keys).filter(([, { flags }]) => flags?.presence === 'required');
  const limitOf = (rule: string): number | undefined => rules.find(({ name }) => name === rule)?.args?.limit;
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required: required.map(([key]) => key) }),
    ...(Object.keys(keys).length === 0 ? {} : { properties: mapValues(keys, toJsonSchema) }),
    ...(patterns.length === 0
      ? {}
      : {
          patternProperties: Object.fromEntries(
            patterns.map(({ regex, rule }) => [sourceOf(regex), toJsonSchema(rule)]),
          ),
        }),
    minProperties: limitOf('min'),
    maxProperties: limitOf('max'),
  };
}

const LIMITS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  string: { min: 'minLength', max: 'maxLength' },
  number: { min: 'minimum', max: 'maximum' },
  array: { min: 'minItems', max: 'maxItems' },
};

function limits({ type, rules = [] }: Description): JsonSchema {
  const result: Record<string, unknown> = {};
  for (const { name, args = {} } of rules) {
    const word = LIMITS[type]?.[name];
    if (word !== undefined) result[word] = args.limit;
    if (name === 'pattern' && args.regex !== undefined) {
      const pattern = { pattern: sourceOf(args.regex) };
      Object.assign(result, args.options?.invert === true ? { not: pattern } : pattern);
    }
    if (name === 'unique') result['uniqueItems'] = true;
    if (name === 'port') result['maximum'] = 65_535;
  }
  return result;
}

function items({ items: described }: Description): JsonSchema {
  const [first] = described ?? [];
  return first === undefined ? {} : { items: toJsonSchema(first) };
}

function isInteger({ rules = [] }: Description): boolean {
  return rules.some(({ name }) => name === 'integer' || name === 'port');
}

/** joi writes a pattern as `/source/flags`. */
function sourceOf(regex: string): string {
  return regex.slice(1, regex.lastIndexOf('/'));
}

function mapValues(
  record: Readonly<Record<string, Description>>,
  map: (one: Description) => JsonSchema,
): JsonSchema {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
