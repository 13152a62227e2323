import { join } from 'node:path';
import { AppError } from './errors.ts';
import { loadScript, runScript, withStore, type Redis, type Script } from './redis.ts';

const TRIES = 20;
const ANY = '*';
const NONE = '';

/** Where a record is: its key, and its place in the zset that lists such records. */
export interface RecordPlace {
  readonly key: string;
  readonly index?: { readonly key: string; readonly member: string; readonly score: number };
}

/** Records that are one text each, written only over what was read before: two changes at the same time both count. */
export class Records {
  readonly #redis: Redis;
  readonly #write: Script;

  constructor(redis: Redis) {
    this.#redis = redis;
    this.#write = loadScript([join(import.meta.dirname, 'lua/write-record.lua')]);
  }

  async read(key: string): Promise<string | undefined> {
    return (await withStore('record', () => this.#redis.get(key))) ?? undefined;
  }

  /** Whatever is there now. */
  async put(place: RecordPlace, text: string): Promise<void> {
    await this.#run(place, ANY, text);
  }

  /** False when there is such a record already. */
  async add(place: RecordPlace, text: string): Promise<boolean> {
    return this.#run(place, NONE, text);
  }

  /** False when there was none. */
  async remove(place: RecordPlace): Promise<boolean> {
    return this.#run(place, ANY, NONE);
  }

  /**
   * Writes what `change` makes of the stored text, nothing when it makes nothing, and returns that. `change` may run
   * more than once. The place in a list stays as it is. Throws `conflict` when others keep writing first.
   */
  async update(
    key: string,
    change: (stored: string | undefined) => string | undefined,
  ): Promise<string | undefined> {
    for (let i = 0; i < TRIES; i++) {
      const stored = await this.read(key);
      const wanted = change(stored);
      if (wanted === undefined || (await this.#run({ key }, stored ?? NONE, wanted))) return wanted;
    }
    throw new AppError('conflict', 'Others change this at the same time; try again');
  }

  async #run({ key, index }: RecordPlace, expected: string, text: string): Promise<boolean> {
    const keys = index === undefined ? [key] : [key, index.key];
    const args = [expected, text, index?.score ?? 0, index?.member ?? ''];
    return (await runScript(this.#redis, this.#write, { keys, args })) === 1;
  }
}

/** What `parse` makes of a stored text. Throws `internal`, whose cause names the record. */
export function parseRecord<T>(key: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    const cause = new Error(`record ${key}`, { cause: error });
    throw new AppError('internal', 'A stored record cannot be read', { cause });
  }
}
