import { beforeEach, expect, test } from '@jest/globals';
import { ENTRY_ID, Journal, momentOf } from '../../src/platform/journal.ts';
import { redisForFile } from '../testbed/redis-for-file.ts';

const redis = redisForFile();
const KEPT_MS = 10_000;
let now = 1_790_000_000_000;
let made = 0;
let journal: Journal<{ readonly n: number }>;
let prefix = '';

beforeEach(() => {
  made += 1;
  prefix = `t${String(made)}:{ark}:log:`;
  journal = new Journal({ redis: redis(), prefix, keptMs: KEPT_MS, clock: () => now });
});

const ALL = { name: 'all', most: 5 };

async function keep(n: number, indexes = [ALL], same?: string): Promise<string> {
  now += 1;
  return journal.keep({ n }, { indexes, ...(same !== undefined && { same }) });
}

async function listed(index = 'all'): Promise<readonly number[]> {
  return (await journal.page(index, { limit: 100 })).items.map(({ record }) => record.n);
}

test('the newest comes first, and an id tells its moment', async () => {
  const first = await keep(1);
  await keep(2);

  expect(await listed()).toEqual([2, 1]);
  expect(momentOf(first)).toBe(now - 1);
  expect(first).toMatch(ENTRY_ID);
});

test('pages follow each other without gap or repetition while entries come', async () => {
  for (const n of [1, 2, 3]) await keep(n);
  const first = await journal.page('all', { limit: 2 });
  await keep(4);

  const second = await journal.page('all', { after: first.next, limit: 2 });

  expect([first, second].map(({ items }) => items.map(({ record }) => record.n))).toEqual([[3, 2], [1]]);
  expect([first.total, second.total, second.next]).toEqual([3, 4, undefined]);
});

test('what the first list has no room for is forgotten, in all lists and without a trace', async () => {
  for (const n of [1, 2, 3, 4, 5, 6, 7]) await keep(n, [ALL, { name: 'odd', most: 100 }], `m${String(n)}`);

  expect(await listed()).toEqual([7, 6, 5, 4, 3]);
  expect(await listed('odd')).toEqual([7, 6, 5, 4, 3]);
  expect(await redis().keys(`${prefix}*`)).toHaveLength(2 + 5 + 5);
});

test('what a further list has no room for stays in the others', async () => {
  for (const n of [1, 2, 3]) await keep(n, [ALL, { name: 'short', most: 2 }, { name: 'long', most: 5 }]);

  expect(await listed('short')).toEqual([3, 2]);
  expect(await listed('long')).toEqual([3, 2, 1]);
  expect(await listed()).toEqual([3, 2, 1]);
});

test('what is too old is shown no more, and forgotten with the next entry', async () => {
  await keep(1, [ALL, { name: 'one', most: 5 }]);
  now += KEPT_MS + 1;

  expect(await journal.page('all', { limit: 5 })).toEqual({ items: [], total: 0 });
  await keep(2);
  expect(await listed()).toEqual([2]);
  expect(await redis().exists(`${prefix}by:one`)).toBe(0);
});

test('the same event again is counted, not listed', async () => {
  const first = await keep(1, [ALL], 'm');
  const again = await keep(9, [ALL], 'm');

  expect(again).toBe(first);
  expect((await journal.page('all', { limit: 5 })).items).toEqual([
    { id: first, record: { n: 1 }, times: 2, lastAt: now },
  ]);
});

test('an entry is written anew under its id, in more lists than before', async () => {
  const id = await keep(1);

  await journal.keep({ n: 2 }, { id, indexes: [ALL, { name: 'more', most: 5 }] });

  expect(await listed()).toEqual([2]);
  expect(await listed('more')).toEqual([2]);
});
