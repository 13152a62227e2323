import { withStore, type Redis } from '../platform/redis.ts';
import type { Page, PageQuery } from './deployment-store.ts';

interface PageRead<T> extends PageQuery {
  readonly read: (id: string) => Promise<T | undefined>;
}

/** One page of a sorted-set index, newest first, each id read. */
export async function readPage<T>(
  redis: Redis,
  index: string,
  { offset, limit, read }: PageRead<T>,
): Promise<Page<T>> {
  const [total, ids] = await withStore('page', () =>
    Promise.all([redis.zcard(index), redis.zrange(index, String(offset), String(offset + limit - 1), 'REV')]),
  );
  const items = (await Promise.all(ids.map(read))).filter((item) => item !== undefined);
  const next = offset + ids.length;
  return { items, total, ...(next < total && ids.length > 0 && { next }) };
}
