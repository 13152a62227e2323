import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { parseRoute } from '../../src/routing/route-record.ts';
import { endpointId } from './proxy-under-test.ts';
import type { RedisRoutes } from './redis-routes.ts';
import { PREFIX, startRedisRoutes } from './redis-routes.ts';

let routes: RedisRoutes;
const id = endpointId('i1');
const target = { host: '100.64.10.11', port: 20017 };

beforeAll(async () => {
  routes = await startRedisRoutes();
});
afterAll(async () => routes.close());
beforeEach(async () => {
  await routes.redis.flushall();
});

test('a route is stored whole, with integers, and indexed by its revision', async () => {
  const written = await routes.writer.put(id, {
    state: 'live',
    seq: '1763790000',
    target,
    containerId: 'abc',
  });

  expect(written).toEqual({ applied: true, revision: 1 });
  const text = (await routes.redis.get(`${PREFIX}route:i1`)) ?? '';
  expect(JSON.parse(text)).toEqual({
    ...{ v: 1, state: 'live', seq: '1763790000', revision: 1, container_id: 'abc' },
    ...{ target_host: '100.64.10.11', target_port: 20017 },
  });
  expect(text).toContain('"target_port":20017');
  expect(await routes.redis.zscore(`${PREFIX}routes`, 'i1')).toBe('1');
});

test('a lower seq is refused and raises no revision', async () => {
  await routes.writer.put(id, { state: 'live', seq: '20', target });

  expect(await routes.writer.put(id, { state: 'live', seq: '9', target })).toEqual({
    applied: false,
    refusal: 'stale_seq',
  });
  expect(await routes.writer.withdraw(id, '9')).toEqual({ applied: false, refusal: 'stale_seq' });
  expect(await routes.redis.get(`${PREFIX}revision`)).toBe('1');
});

test('one deployment moves its own route from updating to live to stopped', async () => {
  await routes.writer.put(id, { state: 'updating', seq: '5' });
  await routes.writer.put(id, { state: 'live', seq: '5', target });
  await routes.writer.put(id, { state: 'stopped', seq: '5', target });

  expect(await routes.store.get(id)).toMatchObject({ state: 'stopped', revision: 3 });
});

test('a route may begin without a target and with seq 0; a later deployment gives it one', async () => {
  const created = { state: 'updating', seq: '0' } as const;

  expect(await routes.writer.put(id, created)).toEqual({ applied: true, revision: 1 });
  expect(await routes.writer.put(id, created)).toEqual({ applied: true, revision: 1 });
  expect(await routes.store.get(id)).toEqual({ v: 1, state: 'updating', seq: '0', revision: 1 });
  await routes.writer.put(id, { state: 'live', seq: '1763790000', target });

  expect(await routes.store.get(id)).toMatchObject({ state: 'live', target_port: 20017, revision: 2 });
});

test('the same change again writes nothing and answers the stored revision', async () => {
  await routes.writer.put(id, { state: 'live', seq: '5', target });

  expect(await routes.writer.put(id, { state: 'live', seq: '5', target })).toEqual({
    applied: true,
    revision: 1,
  });
});

test('one deployment cannot lead to two targets', async () => {
  const other = { ...target, port: 20018 };
  await routes.writer.put(id, { state: 'live', seq: '5', target });

  expect(await routes.writer.put(id, { state: 'live', seq: '5', target: other })).toEqual({
    ...{ applied: false, refusal: 'seq_taken' },
  });
});

test('a withdrawn route stays a tombstone for its seq, and a higher seq opens it again', async () => {
  await routes.writer.put(id, { state: 'live', seq: '5', target });

  expect(await routes.writer.withdraw(id, '6')).toEqual({ applied: true, revision: 2 });
  expect(await routes.writer.withdraw(id, '6')).toEqual({ applied: true, revision: 2 });
  expect(parseRoute((await routes.redis.get(`${PREFIX}route:i1`)) ?? '')).toEqual({
    ...{ v: 1, state: 'withdrawn', seq: '6', revision: 2 },
  });
  expect(await routes.writer.put(id, { state: 'live', seq: '6', target })).toEqual({
    ...{ applied: false, refusal: 'withdrawn' },
  });
  expect(await routes.writer.put(id, { state: 'live', seq: '7', target })).toEqual({
    applied: true,
    revision: 3,
  });
});

test('pages by revision give every route, also those that move while reading', async () => {
  for (let n = 0; n < 1_200; n += 1)
    await routes.writer.put(endpointId(`i${String(n)}`), { state: 'live', seq: '1', target });
  const seen = new Map<string, number>();

  for await (const page of routes.store.since(0)) {
    if (seen.size === 0) await routes.writer.put(endpointId('i700'), { state: 'stopped', seq: '1', target });
    for (const { endpoint, route } of page) seen.set(endpoint, route?.revision ?? 0);
  }

  expect(seen.size).toBe(1_200);
  expect(seen.get('i700')).toBe(1_201);
});
