import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Express } from 'express';
import { join } from 'node:path';
import supertest from 'supertest';
import { createApiServer } from '../../src/http/api-server.ts';
import { noLog } from '../../src/platform/logger.ts';
import { noMetrics } from '../../src/platform/metrics.ts';
import { Secret } from '../../src/platform/secret.ts';
import { ProductCatalogue } from '../../src/products/product-catalogue.ts';
import { createProductsApi } from '../../src/products/products-api.ts';
import { MemoryProductSettings } from './memory-product-settings.ts';
import { noActs } from '../http/no-acts.ts';

const TOKEN = 'x'.repeat(32);
const catalogue = new ProductCatalogue({ dirs: [join(import.meta.dirname, '../../ansible/products')] });
let settings: MemoryProductSettings;
let app: Express;

beforeAll(async () => {
  await catalogue.load();
});
beforeEach(() => {
  settings = new MemoryProductSettings();
  const hostExists = async (id: string) => Promise.resolve(id === 'cl-a');
  app = createApiServer({
    host: '127.0.0.1',
    port: 0,
    webDir: import.meta.dirname,
    bodyLimitBytes: 65_536,
    requestTimeoutMs: 5_000,
    appsUrl: 'http://127.0.0.1:1',
    trustedProxies: [],
    authentication: {
      adminToken: new Secret(TOKEN),
      sessions: {
        // The viewer's session: may read, may not write.
        find: async () => Promise.resolve({ user: 'eva', role: 'viewer' } as never),
      },
      pagesUrl: 'http://127.0.0.1:3000',
    },
    log: noLog,
    metrics: noMetrics,
    acts: noActs,
    callbacks: [],
    routers: [createProductsApi({ catalogue, settings, hostExists })],
  }).app;
});

interface List {
  readonly total: number;
  readonly products: readonly { readonly product_id: string }[];
}

interface Problem {
  readonly code: string;
  readonly errors: readonly { readonly field: string }[];
}

function admin(method: 'get' | 'patch', path: string): supertest.Test {
  return supertest(app)[method](path).set('authorization', `Bearer ${TOKEN}`);
}

test('a change may say why, which is no setting', async () => {
  const change = { enabled: false, why: 'a new version comes' };

  const { body } = await admin('patch', '/api/products/hello').send(change).expect(200);

  expect(body).toMatchObject({ enabled: false });
  expect(await settings.get('hello')).toEqual({ enabled: false });
});

test('the list has every product with its inputs and settings, and no Compose text', async () => {
  await settings.update('hello', () => ({ enabled: true, default_host: 'cl-a' }));

  const body = (await admin('get', '/api/products').expect(200)).body as List;

  expect(body.total).toBe(catalogue.list().length);
  const hello = body.products.find(({ product_id: id }) => id === 'hello');
  expect(hello).toMatchObject({
    product_id: 'hello',
    name: 'Hello',
    version: '1.0.0',
    strategy: 'swap',
    default_host: 'cl-a',
    enabled: true,
    inputs: { title: { type: 'string', max_length: 80, default: 'Mi aplicación' } },
    endpoints: [{ name: 'web', service: 'web', port: 8080, primary: true }],
  });
  expect(hello).not.toHaveProperty('compose');
});

test('one product, or 404', async () => {
  expect((await admin('get', '/api/products/hello').expect(200)).body).toMatchObject({
    product_id: 'hello',
    enabled: true,
  });
  for (const id of ['none', '__proto__', 'constructor', '..%2Fhello', '%24(id)']) {
    expect((await admin('get', `/api/products/${id}`).expect(404)).body.code).toBe('product_not_found');
  }
});

test('PATCH changes what it names, and null takes a setting back', async () => {
  await admin('patch', '/api/products/hello')
    .send({ default_host: 'cl-a', deploy_jobs: { prod: 'a/deploy it' } })
    .expect(200);
  await admin('patch', '/api/products/hello').send({ enabled: false }).expect(200);
  expect(await settings.get('hello')).toEqual({
    enabled: false,
    default_host: 'cl-a',
    deploy_jobs: { prod: 'a/deploy it' },
  });

  const { body } = await admin('patch', '/api/products/hello').send({ default_host: null }).expect(200);
  expect(body).not.toHaveProperty('default_host');
});

describe('a change is refused with', () => {
  test.each<[string, unknown, string]>([
    ['nothing', {}, ''],
    ['a list', [], ''],
    ['an unknown field', { enabled: true, surprise: 1 }, 'surprise'],
    ['a text for a truth', { enabled: 'true' }, 'enabled'],
    ['a number for a truth', { enabled: 1 }, 'enabled'],
    ['an unknown host', { default_host: 'cl-b' }, 'default_host'],
    ['a host that is an option', { default_host: '-oProxyCommand=id' }, 'default_host'],
    ['a host with Jinja', { default_host: '{{ 7*7 }}' }, 'default_host'],
    ['a host of another type', { default_host: { toString: 'x' } }, 'default_host'],
    ['a job that climbs', { destroy_job: '../../script' }, 'destroy_job'],
    ['a job with a query', { destroy_job: 'a/build?x=1' }, 'destroy_job'],
    ['a job with a line break', { destroy_job: 'a\nb' }, 'destroy_job'],
    ['a job with shell', { deploy_jobs: { prod: '$(id)' } }, 'deploy_jobs.prod'],
    ['a job with NUL', { deploy_jobs: { prod: 'a\0' } }, 'deploy_jobs.prod'],
    ['a job with half a character', { deploy_jobs: { prod: 'a\ud800' } }, 'deploy_jobs.prod'],
    ['a long job', { deploy_jobs: { prod: 'x'.repeat(501) } }, 'deploy_jobs.prod'],
    ['an unknown environment', { deploy_jobs: { staging: 'x' } }, 'deploy_jobs.staging'],
  ])('%s', async (_what, change, field) => {
    const body = (
      await admin('patch', '/api/products/hello')
        .send(change as object)
        .expect(400)
    ).body as Problem;

    expect(body.code).toBe('validation_failed');
    expect(body.errors.map(({ field: name }) => name)).toContain(field);
    expect(await settings.get('hello')).toEqual({ enabled: true });
  });
});

test('reading needs a sign-in, changing the right to', async () => {
  await supertest(app).get('/api/products').expect(401);
  await supertest(app).get('/api/products').set('cookie', 'ark_session=abc').expect(200);
  await supertest(app)
    .patch('/api/products/hello')
    .set({ cookie: 'ark_session=abc', origin: 'http://127.0.0.1:3000' })
    .send({ enabled: false })
    .expect(403);
  await supertest(app).patch('/api/products/hello').send({ enabled: false }).expect(401);
});
