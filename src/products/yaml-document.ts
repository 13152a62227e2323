import { parseDocument } from 'yaml';
import type { Fault } from './product-faults.ts';

const MAX_BYTES = 65_536;
const MAX_DEPTH = 32;
const MAX_NODES = 20_000;
const MAX_ALIASES = 50;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type YamlOutcome =
  { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * One YAML 1.2 document as plain JSON data; every warning counts as a fault. Bounded: 64 KiB, 32 levels, 20,000
 * values, 50 uses of an alias. Tags, merge keys, doubled keys, infinite numbers and control characters are
 * faults, so that no other YAML reader sees another value. Never throws.
 */
export function readYaml(text: string, file: string): YamlOutcome {
  if (Buffer.byteLength(text) > MAX_BYTES) return faulty(file, `is larger than ${MAX_BYTES} bytes`);
  try {
    const document = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: true, strict: true });
    const complaints = [...document.errors, ...document.warnings];
    if (complaints.length > 0) {
      return {
        ok: false,
        faults: complaints.map(({ message }) => ({ path: file, message: oneLine(message) })),
      };
    }
    return { ok: true, value: plain(document.toJS({ maxAliasCount: MAX_ALIASES }), file) };
  } catch (error) {
    // The library throws for too many aliases, and the engine for nesting that exhausts the stack.
    return faulty(file, error instanceof Error ? oneLine(error.message) : 'cannot be read');
  }
}

function faulty(path: string, message: string): YamlOutcome {
  return { ok: false, faults: [{ path, message }] };
}

function oneLine(message: string): string {
  return (message.split('\n', 1)[0] ?? '').slice(0, 300);
}

/** A copy without prototypes and shared parts. Throws an Error with the path of the first impossible value. */
function plain(root: unknown, file: string): Json {
  let nodes = 0;
  const copy = (value: unknown, path: string, depth: number): Json => {
    nodes += 1;
    if (nodes > MAX_NODES) throw new Error(`holds more than ${MAX_NODES} values`);
    if (depth > MAX_DEPTH) throw new Error(`${path}: is nested deeper than ${MAX_DEPTH} levels`);
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'string') return printable(value, path);
    if (typeof value === 'number') return exact(value, path);
    if (Array.isArray(value)) return value.map((item, index) => copy(item, `${path}[${index}]`, depth + 1));
    const result: { [key: string]: Json } = Object.create(null) as { [key: string]: Json };
    for (const [key, item] of Object.entries(value as object)) {
      result[printable(key, path)] = copy(item, path === '' ? key : `${path}.${key}`, depth + 1);
    }
    return result;
  };
  try {
    return copy(root, '', 0);
  } catch (error) {
    if (error instanceof RangeError) throw new Error(`${file} is nested too deeply`, { cause: error });
    throw error;
  }
}

function exact(value: number, path: string): number {
  const isExact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  if (!isExact) throw new Error(`${path}: the number cannot be kept exactly; put it in quotes`);
  return value;
}

/** Line feed and tab are text; other control characters and Unicode's line separators are not. */
function printable(text: string, path: string): string {
  const isOdd = /(?![\t\n])[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/u.test(text);
  if (isOdd || /\p{Cs}/u.test(text)) throw new Error(`${path}: holds a control character`);
  return text;
}
