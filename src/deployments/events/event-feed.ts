import { toAppError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { sleep } from '../../platform/polling.ts';
import { withStore, type Redis } from '../../platform/redis.ts';
import type { ChangeEvent } from './change-event.ts';

export interface EventFeedOptions {
  /** A connection of its own, which is ended with the feed: it blocks. */
  readonly redis: Redis;
  readonly prefix: string;
  readonly log: Logger;
  /** So many changes are remembered for readers who come back. */
  readonly kept?: number;
}

const KEPT = 5_000;
const AT_ONCE = 500;
/** Shorter than the timeout of a command. */
const BLOCK_MS = 1_000;
const RETRY_MS = 200;
const BEGINNING = '0-0';

/**
 * The stream of changes, read once for all readers of this process. They share what is remembered of it, so that a
 * slow or a thousandth reader costs neither memory nor a call to Redis.
 */
export class EventFeed {
  readonly #options: EventFeedOptions;
  readonly #abort = new AbortController();
  readonly #waiting = new Set<() => void>();
  /** The newest changes, oldest first; undefined before the first reading. */
  #events: ChangeEvent[] | undefined;
  /** Nothing was before the first of them. */
  #isWhole = false;
  #loop: Promise<void> | undefined;

  constructor(options: EventFeedOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop ??= this.#run(this.#abort.signal);
  }

  async close(): Promise<void> {
    this.#abort.abort();
    // What blocks does not hear the signal.
    this.#options.redis.disconnect();
    await this.#loop;
  }

  /** Id of the newest change; undefined before the first reading. */
  get last(): string | undefined {
    return this.#events && (this.#events.at(-1)?.id ?? BEGINNING);
  }

  /** The changes after this one, oldest first; undefined when it is not remembered (any more). */
  after(id: string): readonly ChangeEvent[] | undefined {
    const events = this.#events ?? [];
    if (id === BEGINNING && this.#isWhole) return events;
    // Who follows is near the end.
    const at = events.findLastIndex((event) => event.id === id);
    return at < 0 ? undefined : events.slice(at + 1);
  }

  /** Resolves at the next change or reading, or when the signal is aborted. */
  async next(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (let isLoaded = false; !signal.aborted;) {
      isLoaded = await this.#step(isLoaded);
      if (!isLoaded) await sleep(RETRY_MS, signal).catch(() => undefined);
    }
  }

  /** Whether the store answered. */
  async #step(isLoaded: boolean): Promise<boolean> {
    try {
      await (isLoaded ? this.#read() : this.#load());
      return true;
    } catch (error) {
      this.#options.log.debug('events not read', { errorCode: toAppError(error).code, error });
      return false;
    }
  }

  /** At start and after each break: what is remembered is what the store holds, which may be another one. */
  async #load(): Promise<void> {
    const { redis, kept = KEPT } = this.#options;
    const entries = await withStore('events', () => redis.xrevrange(this.#key, '+', '-', 'COUNT', kept));
    this.#events = entries.reverse().map(toEvent);
    this.#isWhole = entries.length < kept;
    this.#tell();
  }

  async #read(): Promise<void> {
    const { redis } = this.#options;
    const answer = await withStore('events', () =>
      redis.xread(
        ...(['COUNT', AT_ONCE, 'BLOCK', BLOCK_MS, 'STREAMS'] as const),
        this.#key,
        this.last ?? BEGINNING,
      ),
    );
    const entries = answer?.[0]?.[1] ?? [];
    if (entries.length === 0) return;
    this.#events?.push(...entries.map(toEvent));
    this.#forget();
    this.#tell();
  }

  /** In one go for many: each time moves all that stay. */
  #forget(): void {
    const { kept = KEPT } = this.#options;
    const events = this.#events ?? [];
    if (events.length < kept + AT_ONCE) return;
    events.splice(0, events.length - kept);
    this.#isWhole = false;
  }

  #tell(): void {
    for (const done of [...this.#waiting]) done();
  }

  get #key(): string {
    return `${this.#options.prefix}events`;
  }
}

function toEvent([id, fields]: readonly [string, readonly string[]]): ChangeEvent {
  const valueOf = (name: string): string =>
    fields.find((_, at) => at % 2 === 1 && fields[at - 1] === name) ?? '';
  return {
    ...{ id, at: Number(valueOf('at')) || Number(id.split('-')[0]) },
    ...{ kind: valueOf('kind'), detail: valueOf('detail'), by: valueOf('by') },
    ...{ instance_id: valueOf('instance_id'), deployment_id: valueOf('deployment_id') },
  };
}
