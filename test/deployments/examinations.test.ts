import { expect, test } from '@jest/globals';
import { examine } from '../../src/http/checkup.ts';
import {
  examineCallbackKeys,
  examineFreeze,
  examineHosts,
  examineJenkins,
  examineProxies,
  examineRedis,
  examineSshKey,
} from '../../src/deployments/examinations.ts';
import type { StartRight } from '../../src/deployments/build-server.ts';
import { AppError } from '../../src/platform/errors.ts';
import { ProxyWatch } from '../../src/routing/proxy-watch.ts';
import { RedisRouteStore } from '../../src/routing/redis-route-store.ts';
import { aHost } from '../hosts/host-builder.ts';
import { benchPerTest } from './bench-per-test.ts';

const at = benchPerTest();

const redisParts = (changes: Partial<Parameters<typeof examineRedis>[0]> = {}) =>
  examineRedis({
    ...{ time: async () => Promise.resolve(1_000), unmet: async () => Promise.resolve([]) },
    ...{ fault: () => undefined, clock: () => 1_000, ...changes },
  });

test('a Redis that is well is said so', async () => {
  const found = await examine(redisParts());

  expect(found.map(({ part, state, hint }) => [part, state, hint])).toEqual([
    ['redis', 'ok', null],
    ['redis settings', 'ok', null],
    ['store', 'ok', null],
  ]);
});

test('a Redis with another time, wrong settings or other data is said so, with what to do', async () => {
  const found = await examine(
    redisParts({
      time: async () => Promise.resolve(61_000),
      unmet: async () => Promise.resolve(['Redis has appendonly no; Ark Deploy needs appendonly yes']),
      fault: () => 'the store is not the one that is known here (missing)',
    }),
  );

  expect(found.map(({ state }) => state)).toEqual(['warning', 'warning', 'broken']);
  expect(found[0]?.detail).toBe('its clock is 60 s away from ours');
  expect(found[2]?.hint).toContain('accept-generation');
});

test('a Redis that does not answer is broken', async () => {
  const away = async () => Promise.reject(new AppError('store_unavailable', 'The store does not answer'));

  const [found] = await examine(redisParts({ time: away }));

  expect(found).toMatchObject({ state: 'broken', detail: 'The store does not answer' });
});

test('a freeze is shown with who and why', async () => {
  const { breakGlassStore } = at();
  expect(await examine([examineFreeze(breakGlassStore)])).toMatchObject([{ state: 'ok' }]);

  await breakGlassStore.freeze({ by: 'eva', at: 1, why: 'moving Jenkins' });

  expect(await examine([examineFreeze(breakGlassStore)])).toMatchObject([
    { state: 'warning', detail: 'frozen by eva: moving Jenkins' },
  ]);
});

test('once the last callback key is revoked, it is said that every job will fail', async () => {
  const look = async (...revoked: readonly string[]) =>
    examine([examineCallbackKeys(['a1', 'b2'], async () => Promise.resolve(revoked))]);

  expect(await look('a1', 'c3')).toMatchObject([{ state: 'ok', detail: 'believed: b2' }]);
  expect(await look('a1', 'b2')).toMatchObject([
    { part: 'callback keys', state: 'broken', detail: 'no valid key is left: every job will fail' },
  ]);
});

const jenkins = (right: StartRight, user = 'ark') =>
  examineJenkins(
    {
      check: async () => Promise.resolve({ version: '2.516.2', user }),
      startRight: async () => Promise.resolve(right),
    },
    { user: 'Ark', jobs: async () => Promise.resolve(['deploy', 'team/destroy']) },
  );

test.each<[StartRight, string, RegExp]>([
  ['granted', 'ok', /we may build it/],
  ['denied', 'broken', /may not build/],
  ['hidden', 'broken', /is not shown/],
])('a job whose right is %s is %s', async (right, state, words) => {
  const [account, first, second] = await examine(jenkins(right));

  expect(account).toMatchObject({ state: 'ok', detail: '2.516.2, we are ark' });
  expect(first).toMatchObject({ part: 'job deploy', state });
  expect(second).toMatchObject({ part: 'job team/destroy', state });
  expect(first?.detail).toMatch(words);
});

test('a Jenkins that takes us for somebody else is broken', async () => {
  expect(await examine(jenkins('granted', 'bob'))).toMatchObject([{ state: 'broken' }, {}, {}]);
});

test('proxies are found by their heartbeats, and one that lags is told', async () => {
  const { redis, prefix } = at();
  const routes = new RedisRouteStore({ redis, prefix });
  const watch = new ProxyWatch({ redis, prefix, clock: Date.now });
  const look = async () => examine([examineProxies(watch, async () => Promise.resolve(7))]);
  expect(await look()).toMatchObject([{ part: 'proxies', state: 'broken' }]);

  await routes.beat('proxy-2', { at: Date.now(), revision: 5, draining: {} });
  await routes.beat('proxy-1', { at: Date.now(), revision: 7, draining: {} });

  expect(await look()).toMatchObject([
    { part: 'proxy proxy-1', state: 'ok' },
    { part: 'proxy proxy-2', state: 'warning', detail: 'is at revision 5 of 7' },
  ]);
});

test('each host is told by its SSH port and its key', async () => {
  const seen = { pinned_fingerprint: 'a', shown_fingerprint: 'b' };
  const hosts = [aHost(), aHost({ id: 'cl-b' }), aHost({ id: 'cl-c', cordoned: true })];
  const examination = examineHosts(
    async () => Promise.resolve(hosts),
    async ({ id }) => Promise.resolve({ ...seen, reachable: id !== 'cl-a', key_matches: id === 'cl-c' }),
  );

  expect(await examine([examination])).toMatchObject([
    { part: 'host cl-a', state: 'broken', detail: 'no SSH at 100.64.10.11 port 22' },
    { part: 'host cl-b', state: 'broken', detail: 'shows another host key at 100.64.10.11 port 22' },
    { part: 'host cl-c', state: 'ok', detail: 'shows its pinned key; cordoned, it takes no new deployment' },
  ]);
});

test.each([
  [true, 'ok'],
  [false, 'warning'],
] as const)('an SSH key that is set %s is %s', async (isSet, state) => {
  expect(await examine([examineSshKey(isSet)])).toMatchObject([{ state }]);
});
