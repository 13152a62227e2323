import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { GenerationGuard } from './generation-guard.ts';
import { RepeatedTask } from './repeated-task.ts';
import type { RouteStore, StorePosition } from './route-store.ts';
import type { RouteTable } from './route-table.ts';
import type { EndpointId, RouteChange } from './route.ts';

/** in_sync: equal to the store a second ago. Otherwise the table is kept as it is and nothing is applied. */
export type FeedState =
  'starting' | 'in_sync' | 'store_away' | 'missing' | 'other_generation' | 'smaller_revision';

export interface RouteFeedOptions {
  readonly store: RouteStore;
  readonly table: RouteTable;
  readonly guard: GenerationGuard;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Called after every change of `revision`. */
  readonly onApplied?: (revision: number) => void;
  /** How often the store's revision is compared with ours, in ms. */
  readonly checkEveryMs?: number;
}

/**
 * Keeps the table equal to the store: the channel for speed, a comparison of revisions every second for what the
 * channel lost, everything anew after each (re)connect. A store that was wiped or restored changes nothing.
 */
export class RouteFeed {
  readonly #options: RouteFeedOptions;
  readonly #task: RepeatedTask;
  #stopListening: (() => void) | undefined;
  #state: FeedState = 'starting';
  #revision = 0;
  #seenAt: number | undefined;
  #needsAll = true;
  #hasFailed = false;

  constructor(options: RouteFeedOptions) {
    this.#options = options;
    this.#task = new RepeatedTask(() => this.#compare(), options.checkEveryMs ?? 1_000);
  }

  get state(): FeedState {
    return this.#state;
  }

  /** Every change up to this revision is in the table. */
  get revision(): number {
    return this.#revision;
  }

  /** Epoch ms at which the table was last known to equal the store; undefined if it never was. */
  get seenAt(): number | undefined {
    return this.#seenAt;
  }

  /** Begins, and waits for the first comparison; see `state` for how it went. */
  async start(): Promise<void> {
    this.#stopListening = this.#options.store.listen({
      onChange: (change) => this.#hear(change),
      onSubscribed: () => {
        this.#needsAll = true;
        void this.#task.runSoon();
      },
      onLost: () => this.#lose(),
    });
    await this.#task.runSoon();
  }

  /** Takes over a table that was filled from a snapshot. */
  resumeFrom({ revision, seenAt }: { readonly revision: number; readonly seenAt: number }): void {
    this.#revision = revision;
    this.#seenAt = seenAt;
  }

  async close(): Promise<void> {
    this.#stopListening?.();
    await this.#task.close();
  }

  /** From this moment on nobody knows which endpoints do not exist, so that no 404 may be given any more. */
  #lose(): void {
    if (this.#state !== 'in_sync') return;
    this.#enter('store_away');
    void this.#task.runSoon();
  }

  #hear({ endpoint, route }: RouteChange): void {
    if (this.#state !== 'in_sync' || route.revision <= this.#revision) return;
    if (route.revision > this.#revision + 1 || this.#needsAll) {
      // A message was lost, or this is not the store that we know: the comparison finds out.
      void this.#task.runSoon();
      return;
    }
    this.#options.table.put(endpoint, route);
    this.#advanceTo(route.revision);
  }

  async #compare(): Promise<void> {
    const { store, guard, metrics } = this.#options;
    try {
      const position = await store.position();
      const verdict = await guard.check(position);
      metrics.redisUp(true);
      if (!verdict.ok) return this.#enter(verdict.reason);
      if (verdict.renewed) this.#forgetAll();
      await this.#catchUp(position);
      this.#seenAt = Date.now();
      this.#enter('in_sync');
    } catch (error) {
      metrics.redisUp(false);
      // The very first look may come before the connection stands.
      if (this.#state === 'starting' && !this.#hasFailed) this.#hasFailed = true;
      else this.#enter('store_away', error);
    }
  }

  async #catchUp(position: StorePosition): Promise<void> {
    if (this.#needsAll) {
      this.#needsAll = false;
      try {
        await this.#loadAll(position);
      } catch (error) {
        this.#needsAll = true;
        throw error;
      }
    } else if (position.revision > this.#revision) {
      await this.#load(this.#revision);
    }
    // The position was read first, so every change up to it was among the pages.
    this.#advanceTo(position.revision);
  }

  async #loadAll(position: StorePosition): Promise<void> {
    const { table } = this.#options;
    const present = await this.#load(0);
    for (const [endpoint, entry] of table.entries()) {
      if (!present.has(endpoint) && entry.revision <= position.revision) table.drop(endpoint);
    }
  }

  async #load(after: number): Promise<Set<EndpointId>> {
    const { store, table, log } = this.#options;
    const present = new Set<EndpointId>();
    for await (const page of store.since(after)) {
      for (const { endpoint, route } of page) {
        present.add(endpoint);
        if (route !== undefined) table.put(endpoint, route);
        else log.warn('route record not understood, kept as it was', { endpoint });
      }
    }
    return present;
  }

  #forgetAll(): void {
    this.#options.table.clear();
    this.#revision = 0;
    this.#needsAll = true;
  }

  #advanceTo(revision: number): void {
    if (revision <= this.#revision) return;
    this.#revision = revision;
    this.#options.metrics.routeRevision(revision);
    this.#options.onApplied?.(revision);
  }

  #enter(state: FeedState, error?: unknown): void {
    if (state === this.#state) return;
    this.#state = state;
    const fields = { reason: state, revision: this.#revision, ...(error === undefined ? {} : { error }) };
    if (state === 'in_sync') this.#options.log.info('routes are in sync', fields);
    else this.#options.log.warn('routes are kept as they were', fields);
  }
}
