import { beforeEach, expect, test } from '@jest/globals';
import request, { type Test } from 'supertest';
import type { ActView } from '../../src/http/acts.ts';
import { until } from '../testbed/until.ts';
import { benchPerTest } from './bench-per-test.ts';
import { httpBench, PAGES, TOKEN, type HttpBench } from './http-bench.ts';

const at = benchPerTest();
let http: HttpBench;

beforeEach(() => {
  http = httpBench(at());
});

const ask = (method: 'get' | 'post' | 'delete', path: string): Test =>
  request(http.app)[method](path).set('authorization', `Bearer ${TOKEN}`);

/** The acts on an instance, oldest first, once the outcomes of so many are written. */
async function actsOn(instance: string, count: number): Promise<readonly ActView[]> {
  const read = async () =>
    ((await ask('get', `/api/acts?instance=${instance}`)).body as { acts: ActView[] }).acts;
  return (
    await until(read, (acts) => acts.filter(({ outcome }) => outcome !== null).length >= count)
  ).toReversed();
}

test('the life of an instance can be read from its acts', async () => {
  const bench = at();
  const order = { product_id: 'hello', client_name: 'Acme', host_id: 'cl-a', why: 'a new client' };
  const placed = (await ask('post', '/api/instances').send(order)).body as Record<string, string>;
  const { instance_id = '', deployment_id = '' } = placed;
  bench.now += 1_000;
  const cookie = await http.cookieOf('operator');
  const cancel = request(http.app).post(`/api/deployments/${deployment_id}/cancel`);
  await cancel.set({ cookie, origin: PAGES }).send({ why: 'wrong host' }).expect(202);
  bench.now += 1_000;
  await ask('delete', `/api/instances/${instance_id}?why=gone`).expect(202);
  bench.now += 1_000;
  await ask('post', `/api/instances/${instance_id}/deployments`).send({}).expect(410);

  const about = { instance_id };
  expect(await actsOn(instance_id, 4)).toMatchObject([
    {
      ...{ ...about, act: 'instances.create', by: 'admin', via: 'token', why: 'a new client', outcome: 'ok' },
      ...{ deployment_id, host_id: 'cl-a', product_id: 'hello' },
    },
    { ...about, act: 'deployments.cancel', by: 'ana', via: 'session', why: 'wrong host', deployment_id },
    { ...about, act: 'instances.delete', why: 'gone', outcome: 'ok' },
    { ...about, act: 'instances.deployments.create', why: '', outcome: 'instance_deleted' },
  ]);
});
