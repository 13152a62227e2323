import { beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { get as httpGet, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import request from 'supertest';
import { ORDERER, type Bench } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { httpBench, TOKEN, type HttpBench } from './http-bench.ts';
import { must } from './records.ts';

// GET …?wait= and DELETE …?wait=: the answer comes when something has changed.

const at = benchPerTest();
let http: HttpBench;
let stopping: AbortController;

beforeEach(() => {
  stopping = new AbortController();
  http = httpBench(at(), stopping.signal);
});

const authorization = `Bearer ${TOKEN}`;

/** Starts the call now (supertest waits for `then`) and measures it. */
async function timed(method: 'get' | 'delete', path: string) {
  const startedAt = performance.now();
  const answer = await request(http.app)[method](path).set({ authorization });
  return { answer, tookMs: performance.now() - startedAt };
}

/** How often this instance was read since: from the second time on a wait knows what it compares with. */
function countReads(bench: Bench, instanceId: string): () => number {
  const read = bench.store.instance.bind(bench.store);
  let reads = 0;
  bench.store.instance = (id) => {
    if (id === instanceId) reads += 1;
    return read(id);
  };
  return () => reads;
}

async function queued() {
  const placed = await at().order();
  await at().core.tracker.round();
  return placed;
}

test('a wait ends when the phase changes', async () => {
  const bench = at();
  const { instance_id } = await queued();
  const asked = countReads(bench, instance_id);
  const waiting = timed('get', `/api/instances/${instance_id}?wait=30`);
  await bench.until(async () => Promise.resolve(asked() >= 2));
  await bench.claim(must(bench.builds.startNext()));

  const { answer, tookMs } = await waiting;

  expect(answer.body).toMatchObject({ instance_id, phase: 'claimed' });
  expect(tookMs).toBeLessThan(3_000);
});

test('a wait ends with the state as it is when the time is over', async () => {
  const { instance_id } = await queued();

  const { answer, tookMs } = await timed('get', `/api/instances/${instance_id}?wait=1`);

  expect([answer.status, (answer.body as { phase: string }).phase]).toEqual([200, 'queued']);
  expect(tookMs).toBeGreaterThan(900);
  expect(tookMs).toBeLessThan(3_000);
});

test('a wait for what does not change any more ends with its time too', async () => {
  const { instance_id } = await at().bringLive();

  expect((await timed('get', `/api/instances/${instance_id}?wait=1`)).answer.body).toMatchObject({
    status: 'running',
  });
});

test('a wait ends when the coordinator stops', async () => {
  const bench = at();
  const { instance_id } = await queued();
  const asked = countReads(bench, instance_id);
  const waiting = timed('get', `/api/instances/${instance_id}?wait=60`);
  await bench.until(async () => Promise.resolve(asked() >= 2));
  stopping.abort();

  expect((await waiting).tookMs).toBeLessThan(3_000);
});

test('when the caller hangs up nobody goes on asking', async () => {
  const bench = at();
  const { instance_id } = await queued();
  const server: Server = http.app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const asked = countReads(bench, instance_id);
  const path = `/api/instances/${instance_id}?wait=60`;
  const call = httpGet({ host: '127.0.0.1', port, path, headers: { authorization } });
  call.on('error', () => undefined);
  await bench.until(async () => Promise.resolve(asked() >= 3));

  call.destroy();

  await bench.until(async () =>
    Promise.resolve(http.lines().some(({ reason }) => reason === 'connection closed early')),
  );
  const before = asked();
  // somebody else's wait of a second, in which the first one would have asked five times
  const other = await bench.order('cl-a', 'Other');
  await timed('get', `/api/instances/${other.instance_id}?wait=1`);
  expect(asked() - before).toBeLessThanOrEqual(1);
  server.close();
});

test('a removal that is waited for is answered 200 when it is done', async () => {
  const bench = at();
  const { instance_id } = await bench.bringLive();
  const waiting = timed('delete', `/api/instances/${instance_id}?wait=30`);
  await bench.until(async () => (await bench.store.instance(instance_id))?.desired === 'absent');
  await bench.core.tracker.round();
  const claim = await bench.claim(must(bench.builds.startNext()));
  const leased = { lease: claim.lease, deployment_id: claim.deployment_id };
  await bench.core.callbacks.removed({ ...leased, removed: [] });

  const { answer } = await waiting;

  expect([answer.status, answer.body]).toMatchObject([200, { instance_id, status: 'deleted' }]);
});

test('a removal that fails while it is waited for is answered 202, still deleting', async () => {
  const bench = at();
  const { instance_id } = await bench.bringLive();
  const waiting = timed('delete', `/api/instances/${instance_id}?wait=30`);
  await bench.until(async () => (await bench.store.instance(instance_id))?.desired === 'absent');
  await bench.core.tracker.round();
  const build = must(bench.builds.startNext());
  await bench.claim(build);
  bench.builds.end(build, 'FAILURE');
  await bench.core.tracker.round();

  const { answer, tookMs } = await waiting;

  expect([answer.status, answer.body]).toMatchObject([202, { status: 'deleting' }]);
  expect(tookMs).toBeLessThan(5_000);
});

test('a removal that takes longer than the wait is answered 202', async () => {
  const { instance_id } = await at().bringLive();

  const { answer, tookMs } = await timed('delete', `/api/instances/${instance_id}?wait=1`);

  expect([answer.status, answer.body]).toMatchObject([202, { status: 'deleting' }]);
  expect(tookMs).toBeGreaterThan(900);
});

test('an order that changes the instance ends the wait of others', async () => {
  const bench = at();
  const { instance_id } = await bench.bringLive();
  const asked = countReads(bench, instance_id);
  const waiting = timed('get', `/api/instances/${instance_id}?wait=30`);
  await bench.until(async () => Promise.resolve(asked() >= 2));
  await bench.core.orders.deployAgain(instance_id, {}, ORDERER);

  expect((await waiting).answer.body).toMatchObject({ status: 'updating' });
});
