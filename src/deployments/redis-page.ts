import { withStore, type Redis } from '../platform/redis.ts';
import type { Page, PageQuery, Place } from './deployment-store.ts';

interface PageRead<T> extends PageQuery {
  readonly read: (id: string) => Promise<T | undefined>;
  /** From the lowest score: the next deadline first. Only for one index. */
  readonly isByDeadline?: boolean;
}

interface Found {
  /** From the place asked for on, one more than the page holds where there are more. */
  readonly places: readonly Place[];
  readonly total: number;
}

/**
 * One page of what stands in all of these sorted sets, in the order of the first one from its end, each id read. A
 * page begins behind the last row of the one before, wherever that stands by then: what comes or goes meanwhile
 * repeats nothing and hides nothing.
 */
export async function readPage<T>(
  redis: Redis,
  indexes: readonly [string, ...string[]],
  { read, isByDeadline = false, ...query }: PageRead<T>,
): Promise<Page<T>> {
  const { places, total } = await withStore('page', () =>
    indexes.length === 1
      ? pageOfOne(redis, indexes[0], { ...query, isByDeadline })
      : pageOfAll(redis, indexes, query),
  );
  const shown = places.slice(0, query.limit);
  const items = (await Promise.all(shown.map(({ id }) => read(id)))).filter((item) => item !== undefined);
  const last = shown.at(-1);
  return { items, total, ...(places.length > shown.length && last && { next: last }) };
}

async function pageOfOne(
  redis: Redis,
  index: string,
  { after, limit, isByDeadline }: PageQuery & { readonly isByDeadline: boolean },
): Promise<Found> {
  const [total, ties] = await Promise.all([
    redis.zcard(index),
    after ? redis.zcount(index, after.score, after.score) : 0,
  ]);
  const count = limit + 1 + ties;
  const rows = isByDeadline
    ? await redis.zrange(index, after?.score ?? '-inf', '+inf', 'BYSCORE', 'LIMIT', 0, count, 'WITHSCORES')
    : await redis.zrange(
        index,
        after?.score ?? '+inf',
        '-inf',
        'BYSCORE',
        'REV',
        'LIMIT',
        0,
        count,
        'WITHSCORES',
      );
  const isLater = isByDeadline ? isAbove : isBelow;
  return {
    places: toPlaces(rows)
      .filter((place) => isLater(place, after))
      .slice(0, limit + 1),
    total,
  };
}

/** Redis walks the smallest of the sets; no other key is touched. */
async function pageOfAll(
  redis: Redis,
  indexes: readonly string[],
  { after, limit }: PageQuery,
): Promise<Found> {
  const weights = indexes.map((_index, at) => (at === 0 ? 1 : 0));
  const rows = await redis.zinter(indexes.length, ...indexes, 'WEIGHTS', ...weights, 'WITHSCORES');
  const places = toPlaces(rows).toReversed();
  return {
    places: places.filter((place) => isBelow(place, after)).slice(0, limit + 1),
    total: places.length,
  };
}

function toPlaces(rows: readonly string[]): Place[] {
  return rows.flatMap((id, at) => (at % 2 === 0 ? [{ id, score: Number(rows[at + 1]) }] : []));
}

/** Redis orders equal scores by their members. */
function isBelow(place: Place, than: Place | undefined): boolean {
  return !than || place.score < than.score || (place.score === than.score && place.id < than.id);
}

function isAbove(place: Place, than: Place | undefined): boolean {
  return !than || place.score > than.score || (place.score === than.score && place.id > than.id);
}
