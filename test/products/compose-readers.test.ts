import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { canonicalJson } from '../../src/products/canonical-json.ts';
import { checkAgainstAllowList } from '../../src/products/compose-allow-list.ts';
import type { Json } from '../../src/products/yaml-document.ts';

const FILES = join(import.meta.dirname, '../../ansible/roles/instance/files');
const RULES = join(FILES, 'compose_allow_list.json');
const SCRIPT = `
import json, sys
sys.path.insert(0, sys.argv[1])
from ark_host import compose_check
from ark_host.errors import StepFailed
rules = json.load(open(sys.argv[2]))
verdicts = []
for text, digest in json.load(sys.stdin):
    try:
        compose_check.parse(text, digest, rules)
        verdicts.append(True)
    except StepFailed:
        verdicts.append(False)
print(json.dumps(verdicts))
`;

/** What the host script says of each text: true when it would run it. */
function hostVerdicts(texts: readonly string[]): boolean[] {
  const input = texts.map((text) => [text, `sha256:${createHash('sha256').update(text).digest('hex')}`]);
  const options = { input: JSON.stringify(input), env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } };
  const said = execFileSync('/usr/bin/python3', ['-c', SCRIPT, FILES, RULES], options);
  return JSON.parse(said.toString()) as boolean[];
}

const VALUES: readonly Json[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  0.5,
  22,
  65_535,
  65_536,
  1e12,
  '',
  'a',
  'ALL',
  'a:1',
  'nginx',
  '-x:1',
  '1s',
  '64m',
  '0.5',
  '1000:1000',
  '/x',
  '/x:rw',
  'v:/x',
  'v:/x:ro',
  './x:/x',
  '/var/run/docker.sock:/x',
  'SIGTERM',
  '8080',
  '8080/udp',
  'a\n',
  '64m\n',
  'ALL\n',
  '１',
  '٣',
  'é',
  'no-new-privileges:true',
  'seccomp:unconfined',
  'x'.repeat(5000),
  [],
  ['a'],
  ['ALL'],
  ['/x'],
  ['v:/x:ro'],
  ['v:/x\n'],
  [8080],
  [true],
  [null],
  ['no-new-privileges'],
  Array(100).fill('a') as Json[],
  {},
  { a: 'b' },
  { A: 'b' },
  { A: 1 },
  { ARK_X: 'b' },
  { 'ark.x': 'b' },
  { 'com.docker.x': 'b' },
  { 'a\n': 'b' },
  { A: null },
  { test: ['CMD', 'x'] },
  { test: 'x', interval: '1s' },
  { test: 'x', interval: '1' },
  { disable: true },
  { disable: 1 },
  { disable: false },
  { a: { condition: 'service_healthy' } },
  { a: { condition: 'never' } },
  { a: null },
  { a: { aliases: ['b'] } },
  { nofile: 100 },
  { nofile: { soft: 100, hard: 200 } },
  { nofile: { soft: true, hard: 200 } },
  { nproc: 5 },
];

function documents(): Json[] {
  const rules = JSON.parse(readFileSync(RULES, 'utf8')) as {
    definitions: { service: { properties: Record<string, unknown> } };
    refused: Record<string, Record<string, unknown>>;
  };
  const keys = [
    ...Object.keys(rules.definitions.service.properties),
    ...Object.keys(rules.refused['service'] ?? {}),
    'surprise',
  ];
  const services = keys.flatMap((key) =>
    VALUES.map((value): Json => ({ services: { web: { image: 'a:1', [key]: value } } })),
  );
  const others = ['networks', 'volumes', 'services', 'version', 'x-a'].flatMap((key) =>
    [
      ...VALUES,
      { x: {} },
      { x: null },
      { x: { external: true } },
      { x: { driver: 'bridge' } },
      { x: { driver: 'host' } },
      { x: { name: 'y' } },
    ].map((value): Json => ({ services: { web: { image: 'a:1' } }, [key]: value })),
  );
  return [...services, ...others, ...VALUES];
}

test('the host script and the loader give the same verdict on thousands of documents', () => {
  const all = documents();

  const host = hostVerdicts(all.map((document) => canonicalJson(document)));

  const loader = all.map((document) => checkAgainstAllowList(document, 'compose.yaml').length === 0);
  const differences = all
    .filter((_, index) => host[index] !== loader[index])
    .map((document) => canonicalJson(document).slice(0, 200));
  expect(differences).toEqual([]);
  expect(all.length).toBeGreaterThan(3_000);
  expect(loader.filter(Boolean).length).toBeGreaterThan(60);
});
