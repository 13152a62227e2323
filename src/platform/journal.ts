import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { loadScript, runScript, withStore, type Redis } from './redis.ts';

/** A list in which an entry stands; in a full one the oldest entries make room. */
export interface JournalIndex {
  readonly name: string;
  readonly most: number;
}

export interface JournalOptions {
  readonly redis: Redis;
  /** Of the keys of this journal, with the hash tag of the store. */
  readonly prefix: string;
  /** What is older is no longer shown, and forgotten as new entries come. */
  readonly keptMs: number;
  readonly clock: () => number;
}

export interface Kept<T> {
  readonly id: string;
  readonly record: T;
  /** How often the same event came. */
  readonly times: number;
  /** Of the latest of them, epoch milliseconds. */
  readonly lastAt: number;
}

export interface JournalPage<T> {
  readonly items: readonly Kept<T>[];
  readonly total: number;
  /** Undefined on the last page. */
  readonly next?: string;
}

const SCRIPT = loadScript([join(import.meta.dirname, 'lua/keep-entry.lua')]);
const TIME_DIGITS = 9;
/** The form of an id, and so of a cursor. */
export const ENTRY_ID = /^[0-9a-z]{9}[0-9a-f]{10}$/;
/** Entries of one process in one millisecond stay in order. */
const PLACE_DIGITS = 4;

/**
 * What happened, newest first, bounded by age and number: hashes for the entries, sorted sets for the lists. An id
 * begins with its moment, so that the order of ids is that of time, and a cursor stays good while entries come.
 */
export class Journal<T extends object> {
  readonly #options: JournalOptions;
  #last = { ms: 0, place: 0 };

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  newId(): string {
    const ms = this.#options.clock();
    this.#last = { ms, place: ms === this.#last.ms ? this.#last.place + 1 : 0 };
    const place = this.#last.place.toString(16).padStart(PLACE_DIGITS, '0').slice(-PLACE_DIGITS);
    return timeId(ms) + place + randomBytes(3).toString('hex');
  }

  /**
   * Keeps an entry; with the id of one that is there, writes it anew. With `same`, a later event of that name only
   * raises `times` of the first one. What the first of the lists has no room for is forgotten; a further one only
   * shows it no more. Repeatable.
   */
  async keep(
    record: T,
    { id = this.newId(), indexes, same }: KeepOptions & { readonly indexes: readonly JournalIndex[] },
  ): Promise<string> {
    const { redis, prefix, keptMs, clock } = this.#options;
    const now = clock();
    const args = JSON.stringify({
      ...{ id, same, now: String(now), oldest: timeId(now - keptMs) },
      record: JSON.stringify(record),
      names: indexes.map(({ name }) => name),
      most: indexes.map(({ most }) => most),
    });
    return String(await runScript(redis, SCRIPT, { keys: [prefix], args: [args] }));
  }

  /** One page of a list; `after` is the id of the last entry that was seen. */
  async page(
    index: string,
    { after, limit }: { readonly after?: string | undefined; readonly limit: number },
  ): Promise<JournalPage<T>> {
    const { redis, prefix, keptMs, clock } = this.#options;
    const key = `${prefix}by:${index}`;
    const oldest = `[${timeId(clock() - keptMs)}`;
    const from = after === undefined ? '+' : `(${after}`;
    const [total, ids] = await withStore('journal', () =>
      Promise.all([
        redis.zlexcount(key, oldest, '+'),
        redis.zrange(key, from, oldest, 'BYLEX', 'REV', 'LIMIT', 0, limit + 1),
      ]),
    );
    const shown = ids.slice(0, limit);
    const items = (await Promise.all(shown.map((id) => this.#entry(id)))).filter(
      (item) => item !== undefined,
    );
    const next = ids.length > limit ? shown.at(-1) : undefined;
    return { items, total, ...(next !== undefined && { next }) };
  }

  async #entry(id: string): Promise<Kept<T> | undefined> {
    const { redis, prefix } = this.#options;
    const [record, times, lastAt] = await withStore('journal entry', () =>
      redis.hmget(`${prefix}entry:${id}`, 'record', 'times', 'last_at'),
    );
    if (typeof record !== 'string') return undefined;
    return { id, record: JSON.parse(record) as T, times: Number(times), lastAt: Number(lastAt) };
  }
}

interface KeepOptions {
  readonly id?: string;
  readonly same?: string;
}

/** The moment of an id, epoch milliseconds. */
export function momentOf(id: string): number {
  return Number.parseInt(id.slice(0, TIME_DIGITS), 36);
}

function timeId(ms: number): string {
  return Math.max(0, ms).toString(36).padStart(TIME_DIGITS, '0');
}
