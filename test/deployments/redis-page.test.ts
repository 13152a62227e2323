import { beforeEach, expect, test } from '@jest/globals';
import type { PageQuery } from '../../src/deployments/deployment-store.ts';
import { readPage } from '../../src/deployments/redis-page.ts';
import { redisForFile } from '../testbed/redis-for-file.ts';

const redis = redisForFile();
const INDEX = 'list';
const read = async (id: string) => Promise.resolve(id);
const page = async (query: PageQuery, isByDeadline = false) =>
  readPage(redis(), [INDEX], { ...query, read, isByDeadline });

beforeEach(async () => {
  await redis().del(INDEX, 'other');
  await redis().zadd(INDEX, 1, 'a', 2, 'b', 2, 'c', 2, 'd', 3, 'e');
});

test('pages walk the list from its end once, also where many stand at one score', async () => {
  const seen: string[] = [];
  let after: PageQuery['after'];
  do {
    const { items, next, total } = await page({ limit: 2, ...(after && { after }) });
    expect(total).toBe(5);
    seen.push(...items);
    after = next;
  } while (after);

  expect(seen).toEqual(['e', 'd', 'c', 'b', 'a']);
});

test('what comes between two pages repeats no row', async () => {
  const first = await page({ limit: 2 });
  await redis().zadd(INDEX, 4, 'new');

  expect((await page({ limit: 2, after: first.next! })).items).toEqual(['c', 'b']);
});

test('what goes between two pages hides no row, the last one that was seen included', async () => {
  const first = await page({ limit: 2 }, true);
  await redis().zrem(INDEX, 'a', 'b');

  expect(first.items).toEqual(['a', 'b']);
  expect((await page({ limit: 9, after: first.next! }, true)).items).toEqual(['c', 'd', 'e']);
});

test('a page of several lists goes on behind its last row', async () => {
  await redis().zadd('other', 0, 'a', 0, 'c', 0, 'e');
  const both = async (query: PageQuery) => readPage(redis(), [INDEX, 'other'], { ...query, read });
  const first = await both({ limit: 1 });
  await redis().zrem('other', 'e');

  expect(first).toEqual({ items: ['e'], total: 3, next: { id: 'e', score: 3 } });
  expect(await both({ limit: 9, after: first.next! })).toEqual({ items: ['c', 'a'], total: 2 });
});
