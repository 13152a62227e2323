import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { productJsonSchema } from '../products/product-json-schema.ts';
import { apiPage } from './api-page.ts';
import { callbackFieldsPage } from './callback-fields-page.ts';
import { configurationPage } from './configuration-page.ts';
import { envExample } from './env-example.ts';
import { errorsPage } from './errors-page.ts';

/** Every generated file, by its path in the project. */
export const GENERATED: Readonly<Record<string, () => string>> = {
  'docs/api.md': apiPage,
  'docs/callback-fields.md': callbackFieldsPage,
  'docs/configuration.md': configurationPage,
  'docs/errors.md': errorsPage,
  'docs/product.schema.json': productJsonSchema,
  '.env.example': envExample,
};

const ROOT = join(import.meta.dirname, '../..');

/** What differs between the files and what they should be: one sentence each, with the first such line. */
export function staleFiles(root = ROOT): readonly string[] {
  return Object.entries(GENERATED).flatMap(([path, write]) => {
    const [found, wanted] = [read(join(root, path)).split('\n'), write().split('\n')];
    const at = wanted.findIndex((line, index) => line !== found[index]);
    if (at === -1 && found.length === wanted.length) return [];
    const line = at === -1 ? wanted.length : at;
    return [`${path} line ${String(line + 1)} should be: ${wanted[line] ?? '(nothing)'}`];
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function run(args: readonly string[]): number {
  if (!args.includes('--check')) {
    for (const [path, write] of Object.entries(GENERATED)) writeFileSync(join(ROOT, path), write());
    return 0;
  }
  const stale = staleFiles();
  if (stale.length > 0) process.stderr.write(`${stale.join('\n')}\nRun: npm run docs\n`);
  return stale.length === 0 ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) process.exitCode = run(process.argv.slice(2));
