import { withStore, type Redis } from '../platform/redis.ts';
import type { Page, PageQuery } from './deployment-store.ts';

interface PageRead<T> extends PageQuery {
  readonly read: (id: string) => Promise<T | undefined>;
  /** From the lowest score: the next deadline first. Only for one index. */
  readonly isByDeadline?: boolean;
}

interface Found {
  readonly ids: readonly string[];
  readonly total: number;
}

/** One page of what stands in all of these sorted sets, in the order of the first one from its end, each id read. */
export async function readPage<T>(
  redis: Redis,
  indexes: readonly [string, ...string[]],
  { offset, limit, read, isByDeadline = false }: PageRead<T>,
): Promise<Page<T>> {
  const { ids, total } = await withStore('page', () =>
    indexes.length === 1
      ? pageOfOne(redis, indexes[0], { offset, limit, isByDeadline })
      : pageOfAll(redis, indexes, { offset, limit }),
  );
  const items = (await Promise.all(ids.map(read))).filter((item) => item !== undefined);
  const next = offset + ids.length;
  return { items, total, ...(next < total && ids.length > 0 && { next }) };
}

async function pageOfOne(
  redis: Redis,
  index: string,
  { offset, limit, isByDeadline }: PageQuery & { readonly isByDeadline: boolean },
): Promise<Found> {
  const [from, to] = [String(offset), String(offset + limit - 1)];
  const [total, ids] = await Promise.all([
    redis.zcard(index),
    isByDeadline ? redis.zrange(index, from, to) : redis.zrange(index, from, to, 'REV'),
  ]);
  return { ids, total };
}

/** Redis walks the smallest of the sets; no other key is touched. */
async function pageOfAll(
  redis: Redis,
  indexes: readonly string[],
  { offset, limit }: PageQuery,
): Promise<Found> {
  const weights = indexes.map((_index, at) => (at === 0 ? 1 : 0));
  const found = await redis.zinter(indexes.length, ...indexes, 'WEIGHTS', ...weights);
  return { ids: found.toReversed().slice(offset, offset + limit), total: found.length };
}
