import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const SRC = join(import.meta.dirname, '../src');
const MOST_LINES = 250;

/** Each outside library has one door; a folder means any file below it. Types may be named next to it. */
const DOORS: Readonly<Record<string, RegExp>> = {
  jenkins: /^deployments\/jenkins\//,
  'node-ssh': /^hosts\/ssh-[\w-]+\.ts$/,
  'http-proxy-middleware': /^(routing|http)\/[\w-]*(proxy|middleware|panel)[\w-]*\.ts$/,
  winston: /^platform\/logger\.ts$/,
  ioredis: /^platform\/redis\.ts$/,
  'prom-client': /^platform\/metrics\.ts$/,
};

/** What a folder of src may import from other folders of src. The top files wire all of it. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  platform: [],
  config: ['platform'],
  http: ['config', 'platform'],
  products: ['config', 'http', 'platform'],
  hosts: ['config', 'http', 'platform'],
  routing: ['config', 'http', 'platform'],
  deployments: ['config', 'hosts', 'http', 'platform', 'products', 'routing'],
  // the description of the API is made of what the coordinator wires
  docs: ['', 'config', 'deployments', 'http', 'platform', 'products'],
  'local-jenkins': ['platform'],
  launcher: ['config', 'deployments', 'hosts', 'http', 'local-jenkins', 'platform', 'products', 'routing'],
  cli: ['config', 'deployments', 'hosts', 'http', 'platform', 'products', 'routing'],
};

/** Processes of their own: they read their environment and speak to a terminal. */
const PROGRAMS = /^(main\.ts|launcher\/|cli\/|local-jenkins\/main\.ts)/;
const TERMINALS = /^(launcher\/|cli\/|local-jenkins\/main\.ts)/;

interface Source {
  readonly path: string;
  readonly text: string;
  /** Import specifiers; our own as paths below src. */
  readonly imports: readonly string[];
  /** As imports, without those that are only types. */
  readonly loads: readonly string[];
}

const sources = readSources();

function readSources(): readonly Source[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.startsWith('web/'))
    .map((path) => {
      const text = readFileSync(join(SRC, path), 'utf8');
      const found = [...text.matchAll(/^(import|export)\s+(type\s)?(?:[^'";=()]*?\sfrom\s+)?'([^']+)'/gm)];
      const resolved = found.map(([, , type, to = '']) => ({
        isType: type !== undefined,
        to: resolve(path, to),
      }));
      const dynamic = [...text.matchAll(/\bimport\('([^']+)'\)/g)].map(([, to = '']) => resolve(path, to));
      return {
        path,
        text,
        imports: [...resolved.map(({ to }) => to), ...dynamic],
        loads: [...resolved.filter(({ isType }) => !isType).map(({ to }) => to), ...dynamic],
      };
    });
}

function resolve(from: string, to: string): string {
  return to.startsWith('.') ? relative(SRC, join(SRC, dirname(from), to)) : to;
}

const folderOf = (path: string): string => (path.includes('/') ? (path.split('/', 1)[0] ?? '') : '');
const known = new Set(sources.map(({ path }) => path));

test('the sources are found, and every import of ours exists', () => {
  const missing = sources.flatMap(({ path, imports }) =>
    imports.filter((to) => /\.ts$/.test(to) && !known.has(to)).map((to) => `${path} → ${to}`),
  );

  expect(sources.length).toBeGreaterThan(50);
  expect(missing).toEqual([]);
});

test('imports follow the arrows', () => {
  const wrong = sources.flatMap(({ path, imports }) => {
    const from = folderOf(path);
    if (from === '') return [];
    const allowed = ARROWS[from] ?? [];
    return imports
      .filter((to) => known.has(to) && folderOf(to) !== from && !allowed.includes(folderOf(to)))
      .map((to) => `${path} → ${to}`);
  });

  expect(wrong).toEqual([]);
});

test('each outside library has one door', () => {
  const wrong = sources.flatMap(({ path, loads }) =>
    loads.filter((to) => DOORS[to] !== undefined && !DOORS[to].test(path)).map((to) => `${path} → ${to}`),
  );

  expect(wrong).toEqual([]);
});

test('no file depends on itself through others', () => {
  const loadsOf = new Map(sources.map(({ path, loads }) => [path, loads.filter((to) => known.has(to))]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at !== -1) cycles.push([...trail.slice(at), path].join(' → '));
    if (at !== -1 || done.has(path)) return;
    for (const next of loadsOf.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of known) visit(path, []);

  expect(cycles).toEqual([]);
});

test('only programs read the environment, and only those for a terminal print', () => {
  const named = (pattern: RegExp, except: RegExp) =>
    sources.filter(({ path, text }) => pattern.test(text) && !except.test(path)).map(({ path }) => path);

  expect(named(/\bprocess\.env\b/, PROGRAMS)).toEqual([]);
  expect(named(/\bconsole\.\w+\(/, TERMINALS)).toEqual([]);
});

test('no file has grown too long', () => {
  const long = sources.filter(({ text }) => text.split('\n').length > MOST_LINES + 1);

  expect(long.map(({ path }) => path)).toEqual([]);
});
