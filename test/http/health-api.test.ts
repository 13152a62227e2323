import { afterAll, beforeAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { createHealthApi } from '../../src/http/health-api.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { startApi, TOKEN, type ApiTestbed } from './api-testbed.ts';

let bed: ApiTestbed;
let fault: string | undefined;
let now = 0;
let asked = 0;
const stopping = new AbortController();

beforeAll(async () => {
  const dependencies = [
    {
      name: 'redis',
      check: async () => {
        asked += 1;
        return Promise.resolve(undefined);
      },
    },
    { name: 'jenkins', check: async () => Promise.resolve(fault) },
    {
      name: 'moody',
      check: async () =>
        fault === 'throw' ? Promise.reject(new Error('inner')) : Promise.resolve(undefined),
    },
  ];
  const router = createHealthApi({
    version: '1.2.3',
    dependencies,
    metrics: createMetrics(),
    stopping: stopping.signal,
    clock: () => now,
  });
  bed = await startApi({ routers: [router] });
});

afterAll(async () => bed.close());

const api = () => request(bed.api.app);

test('alive and its version, for everybody', async () => {
  expect((await api().get('/livez').expect(200)).body).toEqual({ status: 'alive' });
  expect((await api().get('/version').expect(200)).body).toEqual({ name: 'ark-deploy', version: '1.2.3' });
});

test('ready names every dependency, and what is wrong with it', async () => {
  expect((await api().get('/readyz').expect(200)).body).toEqual({
    status: 'ready',
    dependencies: { redis: { ok: true }, jenkins: { ok: true }, moody: { ok: true } },
  });

  fault = 'throw';
  now += 2_000;
  expect((await api().get('/readyz').expect(503)).body).toEqual({
    status: 'not_ready',
    dependencies: {
      redis: { ok: true },
      jenkins: { ok: false, detail: 'throw' },
      moody: { ok: false, detail: 'does not answer' },
    },
  });
  fault = undefined;
});

test('however many ask, the dependencies are asked once in two seconds', async () => {
  now += 2_000;
  asked = 0;

  await Promise.all(Array.from({ length: 10 }, async () => api().get('/readyz').expect(200)));
  now += 1_999;
  await api().get('/readyz').expect(200);
  expect(asked).toBe(1);

  now += 1;
  await api().get('/readyz').expect(200);
  expect(asked).toBe(2);
});

test('metrics need the right to read them', async () => {
  await api().get('/metrics').expect(401);
  const answer = await api().get('/metrics').set('authorization', `Bearer ${TOKEN}`).expect(200);

  expect(answer.text).toContain('ark_redis_up');
});

test('a process that is being stopped is alive but not ready', async () => {
  stopping.abort();

  await api().get('/livez').expect(200);
  expect((await api().get('/readyz').expect(503)).body).toMatchObject({ status: 'stopping' });
});
