import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Test } from 'supertest';
import { benchPerTest } from './bench-per-test.ts';
import { httpBench, type HttpBench } from './http-bench.ts';
import { anOrder, callOn, expectRefusal, type CallArguments } from './refusal.ts';

const at = benchPerTest();
let http: HttpBench;

beforeEach(() => {
  http = httpBench(at());
});

const call = (...args: CallArguments) => callOn(http.app, ...args);
const expectRefused = (made: Test, status: number, code: string) =>
  expectRefusal({ bench: at(), http }, made, { status, code });

describe('an id', () => {
  const IDS = [
    'nobody',
    '-oProxyCommand=x',
    '{{ 7*7 }}',
    '$(id)',
    '__proto__',
    'constructor',
    'ñ',
    'x'.repeat(300),
    '..%2f..',
    'a%00b',
  ];

  test.each(IDS)('%s of an instance: 404 for every method', async (id) => {
    const path = `/api/instances/${id.includes('%') ? id : encodeURIComponent(id)}`;
    await expectRefused(call('get', path), 404, 'instance_not_found');
    await expectRefused(call('delete', path), 404, 'instance_not_found');
    await expectRefused(call('post', `${path}/deployments`, {}), 404, 'instance_not_found');
  });

  test.each([...IDS, 'd-0000000000000000000g', 'd-00000000000000000000'])(
    '%s of a deployment: 404',
    async (id) => {
      const path = `/api/deployments/${id.includes('%') ? id : encodeURIComponent(id)}`;
      await expectRefused(call('get', path), 404, 'deployment_not_found');
      await expectRefused(call('get', `${path}/log`), 404, 'deployment_not_found');
      await expectRefused(call('post', `${path}/cancel`, {}), 404, 'deployment_not_found');
    },
  );

  test('with a bad escape: 400', async () => {
    await expectRefused(call('get', '/api/instances/%zz'), 400, 'malformed_request');
  });
});

describe('a query', () => {
  test.each([
    ...['limit=0', 'limit=201', 'limit=-1', 'limit=1.5', 'limit=many', 'limit=1&limit=2', 'limit='],
    ...[
      'cursor=',
      'cursor=../x',
      `cursor=${'x'.repeat(121)}`,
      'cursor=bm9uc2Vuc2U',
      'cursor=b9999999999',
      'sort=name',
    ],
  ])('%s: 400 on both lists', async (query) => {
    await expectRefused(call('get', `/api/instances?${query}`), 400, 'validation_failed');
    await expectRefused(call('get', `/api/deployments?${query}`), 400, 'validation_failed');
  });

  test.each(['wait=-1', 'wait=61', 'wait=soon', 'wait=1.5', 'other=1'])('%s: 400', async (query) => {
    const { instance_id } = await anOrder(at());
    await expectRefused(call('get', `/api/instances/${instance_id}?${query}`), 400, 'validation_failed');
    await expectRefused(call('delete', `/api/instances/${instance_id}?${query}`), 400, 'validation_failed');
  });

  test('data=lose: 400, since only keep has a meaning', async () => {
    const { instance_id } = await anOrder(at());
    await expectRefused(call('delete', `/api/instances/${instance_id}?data=lose`), 400, 'validation_failed');
  });

  test('for the deployments of no instance: 404', async () => {});
});

test.each([
  ['put', '/api/instances', 'GET, HEAD, POST'],
  ['delete', '/api/instances', 'GET, HEAD, POST'],
  ['patch', '/api/instances/acme', 'DELETE, GET, HEAD'],
  ['get', '/api/instances/acme/deployments', 'POST'],
  ['post', '/api/deployments', 'GET, HEAD'],
  ['get', '/api/deployments/d-1/cancel', 'POST'],
  ['post', '/api/deployments/d-1/log', 'GET, HEAD'],
] as const)('%s %s: 405 that says what would do', async (method, path, allow) => {
  const answer = await call(method, path, method === 'get' ? undefined : {});

  expect([answer.status, answer.headers['allow']]).toEqual([405, allow]);
});
