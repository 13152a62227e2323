import { sha256 } from '../platform/digest.ts';

/** JSON with sorted keys and no blanks: equal data gives equal bytes. Undefined fields are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (isObject(item) ? sorted(item) : item));
}

/** `sha256:<hex>` of the UTF-8 bytes. */
export function digestOf(text: string): string {
  return `sha256:${sha256(text).toString('hex')}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(value: Record<string, unknown>): Record<string, unknown> {
  // No prototype: a key named __proto__ stays a key.
  const result = Object.create(null) as Record<string, unknown>;
  // By code unit, as Python's sort_keys does for the ASCII keys that the allow-list lets pass.
  for (const key of Object.keys(value).sort()) result[key] = value[key];
  return result;
}
