import { beforeEach, expect, test } from '@jest/globals';
import request, { type Test } from 'supertest';
import { benchPerTest } from './bench-per-test.ts';
import { httpBench, PAGES, type HttpBench } from './http-bench.ts';
import { anOrder, expectRefusal } from './refusal.ts';

const at = benchPerTest();
let http: HttpBench;

beforeEach(() => {
  http = httpBench(at());
});

const GOOD = { product_id: 'hello', client_name: 'Acme' };
const expectRefused = (made: Test, status: number, code: string) =>
  expectRefusal({ bench: at(), http }, made, { status, code });

const changes = (instance: string, deployment: string) =>
  [
    ['post', '/api/instances', GOOD],
    ['post', `/api/instances/${instance}/deployments`, {}],
    ['delete', `/api/instances/${instance}`, undefined],
    ['post', `/api/deployments/${deployment}/cancel`, {}],
  ] as const;

test('a viewer reads, and changes nothing', async () => {
  const { instance_id, deployment_id } = await anOrder(at());
  const cookie = await http.cookieOf('viewer');
  for (const path of [
    '/api/instances',
    `/api/instances/${instance_id}`,
    '/api/deployments',
    `/api/deployments/${deployment_id}`,
  ]) {
    expect((await request(http.app).get(path).set({ cookie })).status).toBe(200);
  }
  await expectRefused(
    request(http.app).get(`/api/deployments/${deployment_id}/log`).set({ cookie }),
    403,
    'forbidden',
  );
  for (const [method, path, body] of changes(instance_id, deployment_id)) {
    await expectRefused(
      request(http.app)[method](path).set({ cookie, origin: PAGES }).send(body),
      403,
      'forbidden',
    );
  }
});

test('the last lines of a failed build are for those who may read logs', async () => {
  const bench = at();
  const { instance_id, deployment_id } = await anOrder(bench);
  await bench.redis.hset(`${bench.prefix}deployment:${deployment_id}`, 'log_tail', 'web: exit 1');
  const seenBy = async (role: 'viewer' | 'operator') => {
    const cookie = await http.cookieOf(role);
    const paths = [
      '/api/instances',
      `/api/instances/${instance_id}`,
      '/api/deployments',
      `/api/deployments/${deployment_id}`,
    ];
    const answers = await Promise.all(paths.map((path) => request(http.app).get(path).set({ cookie })));
    return answers.map(({ text }) => text.includes('web: exit 1'));
  };

  expect(await seenBy('operator')).toEqual([true, true, true, true]);
  expect(await seenBy('viewer')).toEqual([false, false, false, false]);
});

test('a session without our Origin changes nothing', async () => {
  const { instance_id, deployment_id } = await anOrder(at());
  const cookie = await http.cookieOf('operator');
  for (const [method, path, body] of changes(instance_id, deployment_id)) {
    await expectRefused(request(http.app)[method](path).set({ cookie }).send(body), 403, 'origin_refused');
    const foreign = { cookie, origin: 'http://apps.example:3001' };
    await expectRefused(request(http.app)[method](path).set(foreign).send(body), 403, 'origin_refused');
  }
});

test('nobody gets nothing', async () => {
  const { instance_id, deployment_id } = await anOrder(at());
  for (const [method, path, body] of changes(instance_id, deployment_id)) {
    await expectRefused(request(http.app)[method](path).send(body), 401, 'unauthorized');
  }
  for (const path of [
    '/api/instances',
    `/api/instances/${instance_id}`,
    '/api/deployments',
    `/api/deployments/${deployment_id}/log`,
  ]) {
    await expectRefused(request(http.app).get(path), 401, 'unauthorized');
  }
});
