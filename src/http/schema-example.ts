import type Joi from 'joi';

interface Description {
  readonly type?: string;
  readonly flags?: { readonly only?: boolean };
  readonly allow?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly rules?: readonly { readonly name: string; readonly args?: { readonly limit?: number } }[];
  readonly keys?: Readonly<Record<string, Description>>;
  readonly items?: readonly Description[];
}

/** A value that fits: the examples in the schema, and the plainest value where there is none. */
export function exampleFor(schema: Joi.Schema): unknown {
  return valueOf(schema.describe());
}

function valueOf(said: Description): unknown {
  const { examples = [], flags, allow = [], type = 'any' } = said;
  if (examples.length > 0) return examples[0];
  if (flags?.only === true) return allow[0];
  if (allow.includes(null)) return null;
  return PLAINEST[type]?.(said) ?? '…';
}

const PLAINEST: Readonly<Record<string, (said: Description) => unknown>> = {
  object: ({ keys = {} }) =>
    Object.fromEntries(Object.entries(keys).map(([name, inner]) => [name, valueOf(inner)])),
  array: ({ items: [item] = [] }) => (item === undefined ? [] : [valueOf(item)]),
  number: ({ rules = [] }) => rules.find(({ name }) => name === 'min')?.args?.limit ?? 1,
  boolean: () => true,
};
