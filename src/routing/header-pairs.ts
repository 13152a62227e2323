/** Headers as they stood on the wire, one pair per field, in order. Node merges or drops duplicates elsewhere. */
export type HeaderPairs = readonly (readonly [name: string, value: string])[];

/** From Node's flat rawHeaders. */
export function toPairs(rawHeaders: readonly string[]): HeaderPairs {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    pairs.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  return pairs;
}

/** All values of one field, in order; the name in lower case. */
export function valuesOf(pairs: HeaderPairs, name: string): readonly string[] {
  return pairs.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
}

/** The members of a comma-separated list over all its fields, in lower case. */
export function tokensOf(pairs: HeaderPairs, name: string): readonly string[] {
  return valuesOf(pairs, name)
    .flatMap((value) => value.split(','))
    .map((token) => token.trim().toLowerCase())
    .filter((token) => token !== '');
}

/**
 * The shape that Node's http writes: one key per name, an array where a field repeats. The first spelling of a
 * name wins; names in `lowerCase` are written in lower case, because the forwarding library looks for them so.
 */
export function toHeaderObject(
  pairs: HeaderPairs,
  lowerCase: ReadonlySet<string>,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  const spelling = new Map<string, string>();
  for (const [name, value] of pairs) {
    const lower = name.toLowerCase();
    const key = spelling.get(lower) ?? (lowerCase.has(lower) ? lower : name);
    spelling.set(lower, key);
    const known = headers[key];
    headers[key] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value];
  }
  return headers;
}
