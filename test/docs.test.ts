import { expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { COMMANDS } from '../src/cli/commands.ts';
import { staleFiles } from '../src/docs/generate.ts';
import { ERROR_CODES } from '../src/platform/errors.ts';
import { ES_CODES } from '../src/web/texts/es-codes.ts';

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

const TROUBLESHOOTING = 'docs/troubleshooting.md';
const PROBLEMAS = 'docs/es/problemas.md';
const OPERACION = 'docs/es/operacion.md';

/** In these pages a code span of small letters with underscores is a code, and nothing else. */
const codesIn = (page: string): string[] => [
  ...new Set([...read(page).matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, code]) => code ?? '')),
];

test("every code in the operators' pages is one of ours", () => {
  const jobs = ['ansible', 'jenkins']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.py'))
        .map((path) => read(`${folder}/${path}`)),
    )
    .join('\n');
  const nginx = read('nginx/ark.conf.template');
  const isOurs = (code: string): boolean =>
    ERROR_CODES.some((one) => one === code) ||
    code in ES_CODES ||
    jobs.includes(`"${code}"`) ||
    nginx.includes(`"code":"${code}"`);
  const named = [TROUBLESHOOTING, PROBLEMAS, OPERACION].flatMap(codesIn);

  expect(named.length).toBeGreaterThan(100);
  expect(named.filter((code) => !isOurs(code))).toEqual([]);
});

test('troubleshooting says the same in both languages, row by row', () => {
  const rows = (page: string): string[][] =>
    [...read(page).matchAll(/^\|.*\|$/gm)].map(([row]) =>
      [...row.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, code]) => code ?? ''),
    );

  expect(rows(PROBLEMAS)).toEqual(rows(TROUBLESHOOTING));
});

test('every page names commands that exist', () => {
  const named = pages.flatMap((page) =>
    [...read(page).matchAll(/(?:`ark|npm run ark --|src\/cli\/main\.ts) ([a-z][a-z-]*)/g)].map(
      ([, command]) => command ?? '',
    ),
  );

  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((command) => command !== 'help' && !(command in COMMANDS))).toEqual([]);
});

test("the words of the Spanish operators' page are those that the pages show", () => {
  const shown = readdirSync(join(ROOT, 'src/web/texts'))
    .filter((name) => name.startsWith('es'))
    .map((name) => read(`src/web/texts/${name}`))
    .join('\n');
  const bold = [...read(OPERACION).matchAll(/\*\*([^*]+)\*\*/g)].map(([, words]) => words ?? '');

  expect(bold.length).toBeGreaterThan(20);
  expect(bold.filter((words) => !shown.includes(`'${words}'`))).toEqual([]);
});
