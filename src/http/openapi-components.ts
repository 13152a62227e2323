import type Joi from 'joi';
import { jsonSchemaOf, type JsonSchema, type NamedSchemas } from './json-schema.ts';

/** What several calls have in common, each written once. */
export interface Components {
  /** The schema, or a reference to it when it has a name. */
  schemaOf(schema: Joi.Schema): JsonSchema;
  /** Keeps an answer under a name and returns the reference to it. */
  share(name: string, response: JsonSchema): JsonSchema;
  /** All of it, by name. */
  written(): JsonSchema;
}

export function newComponents(): Components {
  const schemas: NamedSchemas = new Map();
  const responses = new Map<string, JsonSchema>();
  return {
    schemaOf: (schema) => jsonSchemaOf(schema, schemas),
    share: (name, response) => {
      responses.set(name, response);
      return { $ref: `#/components/responses/${name}` };
    },
    written: () => ({ schemas: byName(schemas), responses: byName(responses) }),
  };
}

function byName(map: ReadonlyMap<string, JsonSchema>): JsonSchema {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
