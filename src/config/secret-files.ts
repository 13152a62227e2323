import { readFileSync } from 'node:fs';
import type Joi from 'joi';
import { SETTING_GROUPS } from './config-schema.ts';

type Values = Readonly<Record<string, string>>;

const SUFFIX = '_FILE';

/** The names that may end in `_FILE`: the secrets. Anything else in a file would only hide it. */
const SECRET_NAMES = SETTING_GROUPS.flatMap(({ settings }) => Object.entries(settings))
  .filter(([, schema]) => isSecret(schema as Joi.AnySchema))
  .map(([name]) => name);

export const SECRET_FILE_NAMES: ReadonlySet<string> = new Set(SECRET_NAMES.map((name) => name + SUFFIX));

/**
 * Reads the secrets whose variable names a file, `ARK_SECRET_FILE=/run/secrets/ark_secret`; line breaks at the end of
 * a file are not part of the secret. Never throws: what is wrong comes back in words, without a value.
 */
export function readSecretFiles(given: Values): {
  readonly values: Values;
  readonly faults: readonly string[];
} {
  const values: Record<string, string> = {};
  const faults: string[] = [];
  for (const name of SECRET_NAMES) {
    const path = given[name + SUFFIX];
    if (path === undefined) continue;
    const text = readText(path);
    if (given[name] !== undefined) faults.push(`${name} and ${name + SUFFIX} must not both be given`);
    else if (text === undefined) faults.push(`${name + SUFFIX} names a file that cannot be read`);
    else if (text === '') faults.push(`${name + SUFFIX} names an empty file`);
    else values[name] = text;
  }
  return { values, faults };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/[\r\n]+$/, '');
  } catch {
    return undefined;
  }
}

function isSecret(schema: Joi.AnySchema): boolean {
  const metas = (schema.describe()['metas'] ?? []) as readonly { secret?: boolean }[];
  return metas.some(({ secret }) => secret === true);
}
