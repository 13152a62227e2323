/** A value read from a foreign JSON text, before we know what it is. */
export type Fields = Readonly<Record<string, unknown>>;

/** Thrown when JSON is not what this call of Jenkins answers; the text says which field. */
export class Misread extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'Misread';
  }
}

/**
 * Parses the JSON of an answer into an object. Integers beyond 2^53 (queue ids of some controllers have 63
 * bits) become text, digit by digit. Throws Misread.
 */
export function parseFields(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(quoteLongNumbers(text)), 'answer');
  } catch (error) {
    throw error instanceof Misread ? error : new Misread('no JSON');
  }
}

/** Quotes runs of 16 digits and more outside of strings: JSON.parse would round them. */
function quoteLongNumbers(text: string): string {
  if (!/\d{16}/.test(text)) return text;
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d{16,}(?![\d.eE])/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}

export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Misread(what);
  return value as Fields;
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Misread(what);
  return value;
}

export function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Misread(what);
  return value;
}

export function flagOf(value: unknown, what: string): boolean {
  if (typeof value !== 'boolean') throw new Misread(what);
  return value;
}

/** An integer that a number holds exactly, zero or more. */
export function countOf(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new Misread(what);
  return value;
}

/** An id of any length as text. */
export function idOf(value: unknown, what: string): string {
  const id = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof id !== 'string' || !/^\d+$/.test(id)) throw new Misread(what);
  return id;
}
