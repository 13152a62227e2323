import { expect, test } from '@jest/globals';
import { RouteLookup } from '../../src/routing/route-lookup.ts';
import { RouteTable, targetKey } from '../../src/routing/route-table.ts';
import type { Route } from '../../src/routing/route.ts';
import { OpenExchanges } from '../../src/routing/open-exchanges.ts';
import { aRoute, endpointId } from './proxy-under-test.ts';
import { eventually } from './wire.ts';

const i1 = endpointId('i1');

function aLookup(
  answer: () => Promise<Route | undefined>,
  absentMs = 60_000,
): { lookup: RouteLookup; questions: () => number } {
  let asked = 0;
  const store = {
    get: async () => {
      asked += 1;
      return answer();
    },
  };
  const feed = { state: 'in_sync' as const, seenAt: Date.now() };
  const lookup = new RouteLookup({
    table: new RouteTable(),
    feed,
    store,
    staleRoutesMs: 1_000,
    absentMs,
  });
  return { lookup, questions: () => asked };
}

test('many requests for an unknown id ask the store once', async () => {
  const { lookup, questions } = aLookup(async () => Promise.resolve(undefined));

  const answers = await Promise.all(Array.from({ length: 50 }, async () => lookup.ask(i1)));

  expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['unknown']));
  expect(questions()).toBe(1);
  expect(lookup.find(i1)).toEqual({ kind: 'unknown' });
});

test('that an id is unknown is believed for a moment only', async () => {
  const { lookup } = aLookup(async () => Promise.resolve(undefined), 30);
  await lookup.ask(i1);

  await eventually(() => lookup.find(i1) === undefined);
});

test('a route that the store knows is found by a question and kept', async () => {
  const { lookup, questions } = aLookup(async () => Promise.resolve(aRoute(8080)));

  expect(await lookup.ask(i1)).toMatchObject({ kind: 'route', route: { state: 'live' } });
  expect(lookup.find(i1)).toMatchObject({ kind: 'route' });
  expect(questions()).toBe(1);
});

test('a store that fails leaves the id unavailable, not unknown', async () => {
  const { lookup } = aLookup(async () => Promise.reject(new Error('away')));

  expect(await lookup.ask(i1)).toEqual({ kind: 'unavailable' });
});

test('the table never applies a lower or equal revision', () => {
  const table = new RouteTable();
  const older = aRoute(1001);
  const newer = aRoute(1002);

  expect(table.put(i1, newer)).toBe(true);
  expect(table.put(i1, older)).toBe(false);
  expect(table.put(i1, newer)).toBe(false);
  expect(table.lookup(i1)?.target?.port).toBe(1002);
});

test('a target drains once no live route names it', () => {
  const table = new RouteTable();
  const open = new OpenExchanges();
  table.put(i1, aRoute(1001));
  table.put(endpointId('i2'), aRoute(1001));
  const end = open.begin({ host: '127.0.0.1', port: 1001 });

  table.put(i1, aRoute(1002));
  expect(open.draining(table)).toEqual({});
  table.put(endpointId('i2'), aRoute(1001, { state: 'stopped' }));
  expect(open.draining(table)).toEqual({ '127.0.0.1:1001': 1 });
  end();
  end();
  expect(open.draining(table)).toEqual({});
  expect(open.total).toBe(0);
});

test('the container id stays out of the table', () => {
  const table = new RouteTable();

  table.put(i1, { ...aRoute(1001), container_id: 'abc' });

  expect(table.lookup(i1)).not.toHaveProperty('container_id');
});

test('an IPv6 target is written in brackets', () => {
  expect(targetKey({ host: 'fd00::1', port: 80 })).toBe('[fd00::1]:80');
});
