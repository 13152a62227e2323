import { randomUUID } from 'node:crypto';
import type { Logger } from '../platform/logger.ts';
import { AppError } from '../platform/errors.ts';
import { withStore, type Redis } from '../platform/redis.ts';
import { acceptGeneration, replacedBy, toText, type AcceptedGeneration } from './accepted-generation.ts';
import { GenerationGuard } from './generation-guard.ts';
import { RepeatedTask } from './repeated-task.ts';
import type { RouteStore, StorePosition } from './route-store.ts';

export interface GenerationWatchOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly store: Pick<RouteStore, 'position'>;
  readonly stateDir: string;
  readonly log: Logger;
  readonly checkEveryMs?: number;
}

/**
 * The coordinator's side of the store's generation: gives one to a store that is new to this machine, and says
 * whether the store is still the one that it knows. While it is not, nothing may be triggered or applied.
 */
export class GenerationWatch {
  readonly #options: GenerationWatchOptions;
  readonly #guard: GenerationGuard;
  readonly #task: RepeatedTask;
  #fault: string | undefined = 'not checked yet';

  constructor(options: GenerationWatchOptions) {
    this.#options = options;
    const { stateDir, log } = options;
    this.#guard = new GenerationGuard({ stateDir, owner: 'coordinator', log });
    this.#task = new RepeatedTask(() => this.#check(), options.checkEveryMs ?? 1_000);
  }

  /** Resolves after the first check; the store may be refused by it. */
  async start(): Promise<void> {
    await this.#guard.open();
    await this.#task.runSoon();
  }

  /** Undefined while the store is the accepted one; else what is wrong, in words. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** What is trusted here; undefined before the first store was seen. */
  get accepted(): AcceptedGeneration | undefined {
    return this.#guard.accepted;
  }

  /** Where the store stands now. Throws `store_unavailable`. */
  async position(): Promise<StorePosition> {
    return this.#options.store.position();
  }

  /**
   * An operator's act: trust the store as it is now. The store tells it to the other processes (told, then kept, so
   * that the act can be repeated).
   * `expected` is the generation that the operator has seen, undefined for a store that has none: it gets one. Throws
   * `conflict` when the store has another one meanwhile.
   */
  async accept(expected: string | undefined): Promise<void> {
    const { redis, prefix, stateDir } = this.#options;
    const wanted = expected ?? randomUUID();
    if (expected === undefined) {
      await withStore('generation', () => redis.set(`${prefix}generation`, wanted, 'NX'));
    }
    const position = await this.position();
    const { generation: id, revision } = position;
    if (id !== wanted) {
      throw new AppError('conflict', 'The store has another generation than this one: look again', {
        details: { generation: id ?? null, revision },
      });
    }
    const accepted = this.#acceptanceOf({ ...position, generation: id });
    await withStore('generation', () => redis.set(`${prefix}accepted_generation`, toText(accepted)));
    await acceptGeneration(stateDir, accepted);
    await this.#task.runSoon();
  }

  /** Repeated, it is the same word: a new one that nobody had to obey would speak for a later backup. */
  #acceptanceOf(position: StorePosition & { readonly generation: string }): AcceptedGeneration {
    const known = this.#guard.accepted;
    if (known && this.#guard.trusts(position)) return known;
    const { generation: id, revision } = position;
    return { id, revision, at: Date.now(), replaces: replacedBy(known) };
  }

  /** Looks once more, so that the next start knows how far the store had come. */
  async close(): Promise<void> {
    await this.#task.runSoon();
    await this.#task.close();
  }

  async #check(): Promise<void> {
    try {
      await this.#found();
      const verdict = await this.#guard.check(await this.#options.store.position());
      this.#note(verdict.ok ? undefined : `the store is not the one that is known here (${verdict.reason})`);
    } catch (error) {
      this.#note('the store does not answer');
      throw error;
    }
  }

  /** Only where this machine never saw a store: a wiped one must not look new. */
  async #found(): Promise<void> {
    if (this.#guard.accepted !== undefined) return;
    const { redis, prefix } = this.#options;
    await withStore('generation', () => redis.set(`${prefix}generation`, randomUUID(), 'NX'));
  }

  #note(fault: string | undefined): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    if (fault === undefined) this.#options.log.info('store accepted');
    else this.#options.log.error('store refused', { reason: fault });
  }
}
