import { expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { staleFiles } from '../src/docs/generate.ts';
import { ERROR_CODES } from '../src/platform/errors.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

test('the generated files are what their sources say', () => {
  expect(staleFiles()).toEqual([]);
});

test('every error code has a row in docs/errors.md, and every row is a code', () => {
  const rows = [...read('docs/errors.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code ?? '');

  expect(rows.toSorted()).toEqual(ERROR_CODES.toSorted());
});

test('every error code is thrown or answered somewhere', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter(
      (path) => /\.tsx?$/.test(path) && path !== 'platform/errors.ts' && !/^http\/\w+-errors\.ts$/.test(path),
    )
    .map((path) => read(`src/${path}`))
    .join('\n');

  expect(ERROR_CODES.filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
});

test('every setting is read by somebody, so that no page promises what nothing does', () => {
  const fields = [...read('src/config/config.ts').matchAll(/^ {2,4}readonly (\w+):/gm)].map(
    ([, field]) => field ?? '',
  );
  const readers = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.startsWith('config/'))
    .map((path) => read(`src/${path}`))
    .join('\n');

  expect(fields.length).toBeGreaterThan(30);
  expect(fields.filter((field) => !new RegExp(`\\b${field}\\b`).test(readers))).toEqual([]);
});

/** A pattern in a code span may look like a link. */
const withoutCode = (text: string): string => text.replace(/`[^`\n]*`/g, '');

test('every link between our pages leads to a file', () => {
  const broken = pages.flatMap((page) =>
    [...withoutCode(read(page)).matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
      .map(([, link]) => link ?? '')
      .filter((link) => !/^[a-z]+:/.test(link) && !existsSync(join(ROOT, dirname(page), link)))
      .map((link) => `${page}: ${link}`),
  );

  expect(pages).toContain('docs/errors.md');
  expect(broken).toEqual([]);
});

test('every script that a page tells to run exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = pages.flatMap((page) =>
    [...read(page).matchAll(/`npm (?:run )?([a-z][\w:]*)/g)].map(([, script]) => script ?? ''),
  );

  const ownOfNpm = ['ci', 'install', 'start', 'test'];
  expect(named.filter((script) => !ownOfNpm.includes(script) && !(script in scripts))).toEqual([]);
});
