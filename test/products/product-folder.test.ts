import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadProduct } from '../../src/products/product-folder.ts';
import { COMPOSE, DATA, faultsOf, loaded, PRODUCT } from './product-builder.ts';

const HELLO = join(import.meta.dirname, '../../ansible/products/hello');
const FIXTURES = join(import.meta.dirname, '../fixtures/products');
const NETWORKED = "services: { web: { image: 'a:1', networks: [default, data] } }\nnetworks: { data: {} }";

test('hello is a product with one primary endpoint and a title', async () => {
  const hello = await loadProduct(HELLO);

  expect(hello).toMatchObject({
    id: 'hello',
    strategy: 'swap',
    endpoints: [{ name: 'web', service: 'web', port: 8080, primary: true }],
    health: { path: '/healthz' },
    inputs: { title: { env: 'APP_TITLE', default: 'Mi aplicación' } },
  });
});

test('what product.yaml leaves out has a default', async () => {
  expect(await loaded({})).toMatchObject({
    description: '',
    strategy: 'recreate',
    health: { path: '/', timeout_s: 60 },
    deadline_s: 900,
    drain_s: 10,
    inputs: {},
    secrets: [],
    singletons: [],
    permissions: [],
    endpoints: [{ primary: true }],
  });
});

test('the same files give the same digest, any change another', async () => {
  const [one, same, other] = await Promise.all([
    loaded({}),
    loaded({ 'compose.yaml': "services: {web: {image: 'ark/hello:1'}}" }),
    loaded({ 'product.yaml': `${PRODUCT}drain_s: 3\n` }),
  ]);

  expect(one.digest).toBe(same.digest);
  expect(one.digest).not.toBe(other.digest);
});

test('data.compose.yaml may mount volumes and is canonical too', async () => {
  const product = await loaded({ 'compose.yaml': NETWORKED, 'data.compose.yaml': DATA });

  expect(product.data_compose?.text).toContain('"volumes":["files:/var/lib/data"]');
});

test.each(['hello-broken', 'hello-slow', 'hello-recreate'])('the fixture %s loads', async (name) => {
  expect(await loadProduct(join(FIXTURES, name))).toMatchObject({ id: name });
});

test('the fixture hello-volume is refused: a swap shares no writable volume', async () => {
  await expect(loadProduct(join(FIXTURES, 'hello-volume'))).rejects.toMatchObject({
    code: 'product_invalid',
    message: expect.stringContaining('mounts files writable'),
  });
});

describe('product.yaml is refused for', () => {
  test.each([
    ['an unknown key', 'surprise: 1', 'surprise'],
    ['a name of two lines', 'name: "a\\nb"', 'name'],
    ['a name of a wrong type', 'name: [a]', 'name'],
    ['a long name', `name: ${'x'.repeat(81)}`, 'name'],
    ['a version that is an option', "version: '-oProxyCommand=x'", 'version'],
    ['a version that is a number', 'version: 1.10', 'version'],
    ['a version with Jinja', "version: '{{ 7*7 }}'", 'version'],
    ['no endpoint', 'endpoints: {}', 'endpoints'],
    [
      'an endpoint named with two hyphens',
      'endpoints: { a--b: { service: web, port: 1 } }',
      'endpoints.a--b',
    ],
    ['port 0', 'endpoints: { web: { service: web, port: 0 } }', 'endpoints.web.port'],
    ['port 65536', 'endpoints: { web: { service: web, port: 65536 } }', 'endpoints.web.port'],
    [
      'a service with shell in its name',
      "endpoints: { web: { service: '$(id)', port: 1 } }",
      'endpoints.web.service',
    ],
    ['a health path of another site', 'health: { path: //evil.example }', 'health.path'],
    ['a health path with a line break', 'health: { path: "/a\\r\\nHost: b" }', 'health.path'],
    ['a health path with blanks', 'health: { path: "/a b" }', 'health.path'],
    ['an unknown strategy', 'strategy: yolo', 'strategy'],
    ['a deadline without end', 'deadline_s: 100000', 'deadline_s'],
    ['an input without env', 'inputs: { a: { type: string } }', 'inputs.a.env'],
    ['an env of the platform', 'inputs: { a: { type: string, env: ARK_X } }', 'inputs.a.env'],
    ['an env with shell', "inputs: { a: { type: string, env: 'A;id' } }", 'inputs.a.env'],
    ['an unknown type', 'inputs: { a: { type: file, env: A } }', 'inputs.a.type'],
    ['an input name that is a path', "inputs: { '../a': { type: string, env: A } }", 'inputs.../a'],
    ['a short secret', 'secrets: { A: { length: 4 } }', 'secrets.A.length'],
    ['an unknown permission', 'permissions: [host-network]', 'permissions'],
  ])('%s', async (_what, line, path) => {
    const key = line.slice(0, line.indexOf(':'));
    const rest = PRODUCT.split('\n').filter((other) => !other.startsWith(`${key}:`));

    const faults = await faultsOf({ 'product.yaml': [...rest, line].join('\n') });

    expect(faults.join('\n')).toContain(`product.yaml: ${path}: `);
  });
});

describe('the files together are refused when', () => {
  const swap = `${PRODUCT}strategy: swap\n`;
  test.each([
    [
      'an endpoint has no service',
      { 'compose.yaml': "services: { app: { image: 'a:1' } }" },
      'no service web',
    ],
    [
      'two endpoints are primary',
      {
        'product.yaml': PRODUCT.replace(
          /endpoints.*/,
          'endpoints: { a: { service: web, port: 1, primary: true }, b: { service: web, port: 2, primary: true } }',
        ),
      },
      '2 endpoints are primary',
    ],
    [
      'no endpoint of two is primary',
      {
        'product.yaml': PRODUCT.replace(
          /endpoints.*/,
          'endpoints: { a: { service: web, port: 1 }, b: { service: web, port: 2 } }',
        ),
      },
      '0 endpoints are primary',
    ],
    ['a singleton does not exist', { 'product.yaml': `${PRODUCT}singletons: [cron]\n` }, 'no service cron'],
    [
      'a singleton serves an endpoint',
      { 'product.yaml': `${PRODUCT}singletons: [web]\n` },
      'serves an endpoint',
    ],
    [
      'a service waits for a singleton',
      {
        'product.yaml': `${PRODUCT}singletons: [cron]\n`,
        'compose.yaml': "services: { web: { image: 'a:1', depends_on: [cron] }, cron: { image: 'a:1' } }",
      },
      'starts after the switch',
    ],
    [
      'the migration does not exist',
      { 'product.yaml': `${PRODUCT}migrate: { service: up }\n` },
      'no service up',
    ],
    [
      'a swap has a migration without way back',
      {
        'product.yaml': `${swap}migrate: { service: up }\n`,
        'compose.yaml': `${COMPOSE}  up: { image: 'a:1' }\n`,
      },
      'backward compatible',
    ],
    [
      'an input and a secret share a variable',
      { 'product.yaml': `${PRODUCT}inputs: { a: { type: string, env: X } }\nsecrets: { X: {} }\n` },
      'X already comes from secrets.X',
    ],
    [
      'two inputs share a variable',
      { 'product.yaml': `${PRODUCT}inputs: { a: { type: string, env: X }, b: { type: string, env: X } }\n` },
      'X already comes from inputs.a.env',
    ],
    [
      'the Compose file sets the variable of an input',
      {
        'product.yaml': `${PRODUCT}inputs: { a: { type: string, env: X } }\n`,
        'compose.yaml': "services: { web: { image: 'a:1', environment: { X: y } } }",
      },
      'already comes from inputs.a.env',
    ],
    [
      'an input is for a service that is not there',
      { 'product.yaml': `${PRODUCT}inputs: { a: { type: string, env: X, services: [cron] } }\n` },
      'no service cron',
    ],
    [
      'a default is too long',
      { 'product.yaml': `${PRODUCT}inputs: { a: { type: string, env: X, max_length: 2, default: abc } }\n` },
      'does not fit its own input',
    ],
    [
      'a default is of another type',
      { 'product.yaml': `${PRODUCT}inputs: { a: { type: integer, env: X, default: abc } }\n` },
      'does not fit its own input',
    ],
    [
      'a secret has a default',
      { 'product.yaml': `${PRODUCT}inputs: { a: { type: string, env: X, secret: true, default: abc } }\n` },
      'everybody could read it',
    ],
    [
      'a pattern is none',
      { 'product.yaml': `${PRODUCT}inputs: { a: { type: string, env: X, pattern: '(' } }\n` },
      'not a regular expression',
    ],
    [
      'an integer has choices',
      { 'product.yaml': `${PRODUCT}inputs: { a: { type: integer, env: X, choices: [a] } }\n` },
      'means nothing',
    ],
    ['nobody joins the data network', { 'data.compose.yaml': DATA }, 'no service joins the network data'],
    [
      'the data network leads nowhere',
      { 'compose.yaml': NETWORKED },
      'data.compose.yaml, which is not there',
    ],
    [
      'two services answer to one name',
      { 'compose.yaml': NETWORKED, 'data.compose.yaml': DATA.replace('db:', 'web:') },
      'both would answer',
    ],
  ])('%s', async (_what, files, words) => {
    expect((await faultsOf(files as unknown as Record<string, string>)).join('\n')).toContain(words);
  });
});

describe('a folder is refused when', () => {
  test('product.yaml is missing', async () => {
    expect(await faultsOf({ 'product.yaml': '' })).toEqual([expect.stringContaining('product.yaml')]);
  });

  test('a file is not UTF-8', async () => {
    expect(await faultsOf({ 'compose.yaml': Buffer.from([0xff, 0xfe, 0x00]) })).toEqual([
      'compose.yaml: is not UTF-8 text',
    ]);
  });

  test('a file is too large', async () => {
    expect(await faultsOf({ 'compose.yaml': `# ${'x'.repeat(70_000)}` })).toEqual([
      'compose.yaml: is larger than 65536 bytes',
    ]);
  });

  test('its name is not a product id', async () => {
    expect(await faultsOf({}, '-oProxyCommand=x')).toEqual([expect.stringContaining('not a product id')]);
  });

  test('both files have faults, which are told at once', async () => {
    const faults = await faultsOf({
      'product.yaml': 'surprise: 1',
      'compose.yaml': 'services: { web: { pid: host } }',
    });

    expect(faults.some((fault) => fault.startsWith('product.yaml: surprise'))).toBe(true);
    expect(faults.some((fault) => fault.startsWith('compose.yaml: services.web.pid'))).toBe(true);
  });
});
