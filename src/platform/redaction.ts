import { Secret } from './secret.ts';

const REDACTED = '[redacted]';
const DEEPEST = 6;
const LONGEST_TEXT = 4_000;

/** Names whose value never reaches a log, in camelCase, snake_case and kebab-case. */
const SECRET_NAME =
  /token|secret|password|passphrase|authorization|cookie|lease|credential|signature|(?:^|[a-z]|[_-])key$/i;
/** End in "key" or hold such a word, but are public and needed. */
const PUBLIC_NAMES = new Set(['host_key', 'hostKey', 'leaseState', 'lease_state']);

/**
 * Secrets that travel inside longer texts: callback keys, bearer tokens, passwords in URLs. Each repetition is
 * bounded where it could be tried again from every character of a long text.
 */
const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/whsec_[A-Za-z0-9+/=]+/g, `whsec_${REDACTED}`],
  [/\b(Bearer|Basic)\s{1,8}[A-Za-z0-9._~+/=-]+/gi, `$1 ${REDACTED}`],
  [/(:\/\/[^\s/:@]{0,200}):[^\s/@]{1,500}@/g, `$1:${REDACTED}@`],
];

/** A copy that is safe to print: secret names and Secret values replaced, errors as plain objects, bounded. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'object' && value !== null) return redactObject(value, depth);
  if (typeof value === 'string') return redactText(value);
  const isOdd = typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function';
  return isOdd ? String(value) : value;
}

function redactObject(value: object, depth: number): unknown {
  if (value instanceof Secret) return REDACTED;
  if (depth >= DEEPEST) return '[deep]';
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date || value instanceof URL) return redactText(value.toJSON());
  if (Buffer.isBuffer(value)) return `[${String(value.length)} bytes]`;
  if (value instanceof Map || value instanceof Set) return redactObject([...value], depth);
  return Array.isArray(value) ? value.map((item) => redact(item, depth + 1)) : redactFields(value, depth);
}

/** The text without the secrets that can be recognised by their form. */
export function redactText(text: string): string {
  const bounded = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  return redactForms(bounded);
}

/** As redactText, of any length. */
export function redactForms(text: string): string {
  return SECRET_TEXTS.reduce((clean, [pattern, by]) => clean.replace(pattern, by), text);
}

function redactFields(value: object, depth: number): Record<string, unknown> {
  const entries = Object.entries(value).map(([name, inner]): [string, unknown] => [
    name,
    isSecretName(name) && inner !== undefined ? REDACTED : redact(inner, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !PUBLIC_NAMES.has(name);
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const { code } = error as { code?: unknown };
  return {
    name: error.name,
    message: redactText(error.message),
    ...(typeof code === 'string' ? { code } : {}),
    ...(depth === 0 || error.cause === undefined ? { stack: redactText(error.stack ?? '') } : {}),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}
