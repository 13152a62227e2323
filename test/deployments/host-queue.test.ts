import { beforeEach, expect, jest, test } from '@jest/globals';
import request, { type Response } from 'supertest';
import type { HostQueue } from '../../src/deployments/host-queue.ts';
import { aHost } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { httpBench, TOKEN, type HttpBench } from './http-bench.ts';
import { store } from './records.ts';

const at = benchPerTest();
let http: HttpBench;

beforeEach(() => {
  http = httpBench(at());
});

const get = async (path: string): Promise<Response> =>
  request(http.app).get(path).set('authorization', `Bearer ${TOKEN}`);

test('the queue of a host shows who works and who waits, with place, reason and holder', async () => {
  const bench = at();
  await bench.hosts.put(aHost({ slots: 1 }));
  const first = await bench.order();
  await bench.core.tracker.round();
  const second = await bench.order('cl-a', 'Beta');
  const third = await bench.order('cl-a', 'Gamma');

  const answer = await get('/api/hosts/cl-a/queue');

  const deadline = new Date(bench.now + 900_000).toISOString();
  const since = new Date(bench.now).toISOString();
  expect(answer.body).toEqual({
    active: [{ ...first, phase: 'queued', since, deadline }],
    waiting: [
      { ...second, position: 1, since, reason: 'host_full', holder: first.deployment_id },
      { ...third, position: 2, since, reason: 'host_full', holder: first.deployment_id },
    ],
  });
});

test('a line of hundreds is read once, not once for each that stands in it', async () => {
  const bench = at();
  await bench.hosts.put(aHost({ slots: 1 }));
  for (let n = 0; n < 200; n += 1) await store(bench);
  const load = jest.spyOn(bench.store, 'load');

  const { body } = (await get('/api/hosts/cl-a/queue')) as { body: HostQueue };

  expect(body.waiting.map(({ position }) => position)).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
  expect(load.mock.calls.length).toBeLessThanOrEqual(2);
});

test('a host where nothing happens has an empty queue', async () => {
  expect((await get('/api/hosts/cl-a/queue')).body).toEqual({ active: [], waiting: [] });
});

test.each(['/api/hosts/cl-zz/queue', '/api/hosts/%20/queue'])('no such host: %s', async (path) => {
  const answer = await get(path);

  expect([answer.status, (answer.body as { code: string }).code]).toEqual([404, 'host_not_found']);
});
