import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import request, { type Test } from 'supertest';
import type { ClaimAnswer } from '../../src/deployments/callback-messages.ts';
import { connectRedis, type Redis } from '../../src/platform/redis.ts';
import { startRedis, type TestRedis } from '../testbed/redis.ts';
import { aHost, Bench } from './bench.ts';
import { httpBench, PAGES, sendCallback, TOKEN, type HttpBench } from './http-bench.ts';
import { must } from './records.ts';

let server: TestRedis;
let redis: Redis;
let bench: Bench;
let http: HttpBench;

beforeAll(async () => {
  server = await startRedis();
  redis = await connectRedis({ url: server.url, name: 'test' });
  bench = new Bench(redis);
  await bench.hosts.put(aHost());
  http = httpBench(bench);
});

afterAll(async () => {
  await bench.close();
  redis.disconnect();
  await server.close();
});

const authorization = `Bearer ${TOKEN}`;
const ask = (method: 'get' | 'post' | 'delete', path: string): Test =>
  request(http.app)[method](path).set({ authorization });

/** Everything that Redis was asked since it started, in scripts too. */
async function commands(): Promise<readonly string[]> {
  const stats = await redis.info('commandstats');
  return [...stats.matchAll(/^cmdstat_([\w|]+):/gm)].map(([, name = '']) => name);
}

/** A life of an instance over HTTP, with all that can be read of it. */
async function live(): Promise<void> {
  const order = { product_id: 'hello', client_name: 'Acme', host_id: 'cl-a' };
  const placed = await ask('post', '/api/instances').set('idempotency-key', 'k-1').send(order).expect(202);
  const { instance_id: id, deployment_id } = placed.body as { instance_id: string; deployment_id: string };
  await run('retired');
  const again = () => ask('post', `/api/instances/${id}/deployments`).send({}).expect(202);
  await again();
  const newest = (await again()).body as { deployment_id: string };
  for (const path of [
    ...[
      '/api/instances',
      `/api/instances/${id}?wait=1`,
      '/api/deployments',
      `/api/deployments?instance=${id}`,
    ],
    ...[
      `/api/deployments/${deployment_id}`,
      `/api/deployments/${deployment_id}/log`,
      '/api/hosts/cl-a/queue',
    ],
    ...[
      `/api/deployments/${deployment_id}/callbacks`,
      '/api/callbacks',
      '/api/acts',
      `/api/acts?instance=${id}`,
    ],
  ]) {
    await ask('get', path).expect(200);
  }
  await ask('post', `/api/deployments/${newest.deployment_id}/cancel`).send({}).expect(202);
  await bench.core.tracker.round();
  await ask('delete', `/api/instances/${id}`).expect(202);
  await run('removed');
  const cookie = await http.cookieOf('viewer');
  await request(http.app).get('/api/instances').set({ cookie, origin: PAGES }).expect(200);
}

/** The next build, by its messages. */
async function run(last: 'retired' | 'removed'): Promise<void> {
  await bench.core.tracker.round();
  const build = must(bench.builds.startNext());
  const sender = { app: http.app, bench };
  const claim = { protocol: 1, job: build.job, build_number: build.number };
  const answer = (await sendCallback(sender, 'claim', claim).expect(200)).body as ClaimAnswer;
  const leased = { lease: answer.lease, deployment_id: answer.deployment_id };
  await sendCallback(sender, 'progress', { ...leased, stage: 'prepare', status: 'started' }).expect(200);
  if (last === 'retired') await sendCallback(sender, 'ready', bench.readyMessage(answer)).expect(200);
  await sendCallback(sender, last, { ...leased, removed: [] }).expect(200);
  bench.builds.end(build, 'SUCCESS');
  await bench.core.tracker.round();
}

test('no path of a request or of the tracker looks through all keys', async () => {
  await live();

  const asked = await commands();

  expect(asked).toEqual(expect.arrayContaining(['evalsha', 'zadd', 'hgetall', 'xadd']));
  expect(asked.filter((name) => /^(keys|[hsz]?scan|flush|sort|randomkey)/.test(name))).toEqual([]);
});

test('no source and no script names a command that does', () => {
  const folder = join(import.meta.dirname, '../../src');
  const naming = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|lua)$/.test(path))
    .filter((path) =>
      /redis\w*\.(keys|[hsz]?scan\w*)\(|redis\.call\('(KEYS|[HSZ]?SCAN)/i.test(
        readFileSync(join(folder, path), 'utf8'),
      ),
    );

  expect(naming).toEqual([]);
});
