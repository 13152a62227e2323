import { join } from 'node:path';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import { pollUntil } from '../platform/polling.ts';
import { isSameAcceptance } from './accepted-generation.ts';
import { GenerationGuard } from './generation-guard.ts';
import type { OpenExchanges } from './open-exchanges.ts';
import { ProxyHeartbeat } from './proxy-heartbeat.ts';
import { RepeatedTask } from './repeated-task.ts';
import { RouteFeed } from './route-feed.ts';
import type { FeedState } from './route-feed.ts';
import { RouteLookup } from './route-lookup.ts';
import { readSnapshot, writeSnapshot } from './route-snapshot.ts';
import type { RouteStore } from './route-store.ts';
import { RouteTable } from './route-table.ts';

export interface RouteSyncOptions {
  readonly store: RouteStore;
  readonly exchanges: OpenExchanges;
  /** Names this proxy in the store and its snapshot on disk; the same after a restart. */
  readonly proxyId: string;
  /** ARK_STATE_DIR: holds generation.json, seen-<proxyId>.json and routes-<proxyId>.json. */
  readonly stateDir: string;
  readonly staleRoutesMs: number;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** How long `start` waits for the store before it takes the snapshot, in ms. */
  readonly storeWaitMs?: number;
  /** Aborted: `start` gives up. */
  readonly signal?: AbortSignal;
  readonly checkEveryMs?: number;
  readonly snapshotEveryMs?: number;
}

export interface RouteReadiness {
  readonly ready: boolean;
  readonly state: FeedState;
  readonly revision: number;
  readonly routes: number;
  /** Seconds since the table was known to equal the store. */
  readonly staleS: number | undefined;
}

const STORE_WAIT_MS = 2_000;
const REFRESH_SNAPSHOT_MS = 60_000;

/** Everything that keeps one proxy's routes right: table, feed, heartbeat and snapshot, started and ended together. */
export class RouteSync {
  readonly table = new RouteTable();
  readonly lookup: RouteLookup;
  readonly #options: RouteSyncOptions;
  readonly #guard: GenerationGuard;
  readonly #feed: RouteFeed;
  readonly #heartbeat: ProxyHeartbeat;
  readonly #snapshots: RepeatedTask;
  #written = { revision: -1, seenAt: 0 };

  constructor(options: RouteSyncOptions) {
    const { store, exchanges, proxyId, stateDir, staleRoutesMs, log, metrics } = options;
    const { table } = this;
    this.#options = options;
    this.#guard = new GenerationGuard({ stateDir, owner: proxyId, log });
    this.#feed = new RouteFeed({
      ...{ store, table, guard: this.#guard, log, metrics },
      onApplied: () => void this.#heartbeat.beatNow(),
      ...(options.checkEveryMs === undefined ? {} : { checkEveryMs: options.checkEveryMs }),
    });
    this.#heartbeat = new ProxyHeartbeat({
      proxyId,
      store,
      table,
      exchanges,
      revision: () => this.#feed.revision,
    });
    this.#snapshots = new RepeatedTask(() => this.#writeSnapshot(), options.snapshotEveryMs ?? 3_000);
    this.lookup = new RouteLookup({ table, feed: this.#feed, store, staleRoutesMs });
  }

  /** Resolves when the table is filled: from the store, or from the snapshot while the store cannot be believed. */
  async start(): Promise<void> {
    await this.#guard.open();
    await this.#feed.start();
    await this.#waitForStore();
    if (this.#feed.state !== 'in_sync') await this.#takeSnapshot();
    await this.#heartbeat.beatNow();
    await this.#snapshots.runSoon();
  }

  async #takeSnapshot(): Promise<void> {
    const snapshot = await readSnapshot(this.#snapshotPath());
    if (snapshot === undefined || !isSameAcceptance(snapshot.generation, this.#guard.accepted)) return;
    for (const { endpoint, route } of snapshot.routes) this.table.put(endpoint, route);
    this.#feed.resumeFrom(snapshot);
    this.#options.log.warn('routes come from the snapshot', {
      count: this.table.size,
      reason: this.#feed.state,
    });
  }

  /** A store that starts at the same time as we do, or makes its generation just now, gets a moment. */
  async #waitForStore(): Promise<void> {
    const check = async (): Promise<true | undefined> => (this.#feed.state === 'in_sync' ? true : undefined);
    const signal = this.#options.signal ?? new AbortController().signal;
    await pollUntil(check, { everyMs: 20, timeoutMs: this.#options.storeWaitMs ?? STORE_WAIT_MS, signal });
  }

  readiness(): RouteReadiness {
    const { state, revision, seenAt } = this.#feed;
    const staleS = seenAt === undefined ? undefined : Math.floor((Date.now() - seenAt) / 1_000);
    return { ready: state === 'in_sync', state, revision, routes: this.table.size, staleS };
  }

  /** Ends all; the last snapshot is on disk afterwards. */
  async close(): Promise<void> {
    await this.#feed.close();
    await this.#guard.remember(this.#feed.revision);
    await this.#heartbeat.close();
    await this.#snapshots.close();
    await this.#writeSnapshot().catch((error: unknown) =>
      this.#options.log.warn('no route snapshot', { error }),
    );
  }

  async #writeSnapshot(): Promise<void> {
    const { revision, seenAt } = this.#feed;
    const generation = this.#guard.accepted;
    if (generation === undefined || seenAt === undefined) return;
    const isRefresh = seenAt - this.#written.seenAt >= REFRESH_SNAPSHOT_MS;
    if (revision === this.#written.revision && !isRefresh) return;
    await writeSnapshot(this.#snapshotPath(), { generation, revision, seenAt }, this.table);
    this.#written = { revision, seenAt };
  }

  #snapshotPath(): string {
    return join(this.#options.stateDir, `routes-${this.#options.proxyId}.json`);
  }
}
