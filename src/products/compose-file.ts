import { canonicalJson, digestOf } from './canonical-json.ts';
import { checkAgainstAllowList } from './compose-allow-list.ts';
import { spellAlike } from './compose-spelling.ts';
import { checkReferences } from './compose-references.ts';
import type { ComposeDocument } from './compose-document.ts';
import type { CanonicalCompose } from './product.ts';
import type { Fault } from './product-faults.ts';
import { type Json, readYaml } from './yaml-document.ts';

export type ComposeOutcome =
  | { readonly ok: true; readonly document: ComposeDocument; readonly canonical: CanonicalCompose }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * A Compose file as the canonical text that the host runs, or everything that is wrong with it. The text is
 * JSON with sorted keys, has no `version`, and each dollar sign in it is doubled: both Compose 1.29 and 2 read
 * it, and neither interpolates. Canonical text read again gives itself. Never throws.
 */
export function readCompose(source: string, file: string): ComposeOutcome {
  const yaml = readYaml(source, file);
  if (!yaml.ok) return yaml;
  const { value, faults: dollars } = withDoubledDollars(yaml.value, file);
  const document = spellAlike(value);
  const faults = [...dollars, ...checkAgainstAllowList(document, file)];
  if (faults.length > 0) return { ok: false, faults };
  // The allow-list has just proved the shape.
  const compose = document as unknown as ComposeDocument;
  const references = checkReferences(compose, file);
  if (references.length > 0) return { ok: false, faults: references };
  const text = canonicalJson(document);
  return { ok: true, document: compose, canonical: { text, digest: digestOf(text) } };
}

/**
 * Compose's own reading of `$`: `$$` is a dollar and stays; `$NAME` and `${…}` would be replaced from the
 * environment of whoever runs Compose and are faults; any other `$` is meant as a dollar and is doubled.
 */
function withDoubledDollars(root: Json, file: string): { value: Json; faults: Fault[] } {
  const faults: Fault[] = [];
  const walk = (value: Json, path: string): Json => {
    if (typeof value === 'string') return double(value, path);
    if (Array.isArray(value)) return value.map((item, index) => walk(item, `${path}[${index}]`));
    if (typeof value !== 'object' || value === null) return value;
    const result = Object.create(null) as { [key: string]: Json };
    for (const [key, item] of Object.entries(value))
      result[key] = walk(item, path === '' ? key : `${path}.${key}`);
    return result;
  };
  const double = (text: string, path: string): string => {
    const variable = /(?<!\$)(?:\$\$)*\$(?:\{|[A-Za-z_])/.exec(text);
    if (variable === null) return text.replace(/\$\$?/g, '$$$$');
    const message =
      'interpolates a variable: declare an input with `env` in product.yaml (the container gets it as an ' +
      'environment variable), or write `$$` for a dollar sign';
    faults.push({ path: `${file}: ${path}`, message });
    return text.replace(/\$\$?/g, '$$$$');
  };
  return { value: walk(root, ''), faults };
}
