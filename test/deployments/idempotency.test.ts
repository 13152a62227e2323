import { beforeEach, expect, test } from '@jest/globals';
import request from 'supertest';
import { benchPerTest } from './bench-per-test.ts';
import { dump } from './dump.ts';
import { httpBench, PAGES, TOKEN, type HttpBench } from './http-bench.ts';

const at = benchPerTest();
let http: HttpBench;

beforeEach(() => {
  http = httpBench(at());
});

const ORDER = { product_id: 'hello', client_name: 'Acme' };

const post = (path: string, key: string, body: object) =>
  request(http.app)
    .post(path)
    .set({ authorization: `Bearer ${TOKEN}`, 'idempotency-key': key })
    .send(body);

/** Where orders may be repeated: the path, a body and another body. */
const PLACES: readonly (readonly [string, (id: string) => string, object, object])[] = [
  ['POST /api/instances', () => '/api/instances', ORDER, { ...ORDER, client_name: 'Other' }],
  ['POST …/deployments', (id: string) => `/api/instances/${id}/deployments`, { why: 'a' }, { why: 'b' }],
];

test.each(PLACES)('%s with the same key and body is one order', async (_call, pathOf, body) => {
  const bench = at();
  const { instance_id } = await bench.bringLive();
  const first = await post(pathOf(instance_id), 'key-1', body);
  await bench.core.tracker.round();
  const before = await dump(bench.redis, bench.prefix);
  bench.now += 3_600_000;

  const again = await post(pathOf(instance_id), 'key-1', body);

  // only what it waits for is told as it is now
  const pending = expect.anything();
  expect([again.status, again.body]).toEqual([202, { ...(first.body as object), pending }]);
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test.each(PLACES)('%s with the same key and another body: 422', async (_call, pathOf, body, other) => {
  const bench = at();
  const { instance_id } = await bench.bringLive();
  await post(pathOf(instance_id), 'key-1', body);
  await bench.core.tracker.round();
  const before = await dump(bench.redis, bench.prefix);

  const answer = await post(pathOf(instance_id), 'key-1', other);

  expect([answer.status, (answer.body as { code: string }).code]).toEqual([422, 'idempotency_key_reused']);
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test('the same key for another instance is another body: 422', async () => {
  const bench = at();
  const one = await bench.bringLive();
  const other = await bench.bringLive();
  await post(`/api/instances/${one.instance_id}/deployments`, 'key-1', {});

  const answer = await post(`/api/instances/${other.instance_id}/deployments`, 'key-1', {});

  expect(answer.status).toBe(422);
});

test('the same key of another credential is another key', async () => {
  const first = await post('/api/instances', 'key-1', ORDER);
  const cookie = await http.cookieOf('operator');
  const theirs = await request(http.app)
    .post('/api/instances')
    .set({ cookie, origin: PAGES, 'idempotency-key': 'key-1' })
    .send(ORDER);

  expect(theirs.status).toBe(202);
  expect(theirs.body).not.toMatchObject({ instance_id: (first.body as { instance_id: string }).instance_id });
});

test('two clicks at the same moment are one order', async () => {
  const answers = await Promise.all([1, 2, 3, 4].map(() => post('/api/instances', 'key-1', ORDER)));

  expect(new Set(answers.map(({ body }) => (body as { instance_id: string }).instance_id)).size).toBe(1);
  expect((await at().store.instances({ limit: 9 })).total).toBe(1);
});

test('a refused order leaves its key free', async () => {
  const refused = await post('/api/instances', 'key-1', { ...ORDER, product_id: 'nothing' });
  expect(refused.status).toBe(404);

  expect((await post('/api/instances', 'key-1', ORDER)).status).toBe(202);
});

test('the answer of before is given also when the instance is gone meanwhile', async () => {
  const bench = at();
  const { instance_id } = await bench.bringLive();
  const path = `/api/instances/${instance_id}/deployments`;
  const first = (await post(path, 'key-1', {})).body as { deployment_id: string };
  await request(http.app).delete(`/api/instances/${instance_id}`).set('authorization', `Bearer ${TOKEN}`);
  await bench.redis.hset(`${bench.prefix}instance:${instance_id}`, 'deleted_at', String(bench.now));

  const again = await post(path, 'key-1', {});

  expect([again.status, again.body]).toMatchObject([202, { deployment_id: first.deployment_id }]);
});
