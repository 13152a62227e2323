import { setInterval } from 'node:timers';
import { toAppError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Deployment, DeploymentId } from '../deployment.ts';
import type { DeploymentStore } from '../deployment-store.ts';
import type { Phase } from '../phases.ts';
import type { LogHead, LogStore } from './log-store.ts';
import type { LogUpdater } from './log-updater.ts';

export interface LogKeeperOptions {
  readonly store: Pick<DeploymentStore, 'open' | 'deployment'>;
  readonly logs: LogStore;
  readonly updater: Pick<LogUpdater, 'update'>;
  readonly log: Logger;
  readonly clock: () => number;
  readonly pace?: LogPace;
}

/** How often a log is looked at that somebody reads, and one that nobody reads. */
export interface LogPace {
  readonly readMs: number;
  readonly unreadMs: number;
}

const PACE: LogPace = { readMs: 1_000, unreadMs: 5_000 };
const UNREAD_AT_MOST = 20;
/** Looks at once: Jenkins has two lanes for onlookers. */
const AT_ONCE = 2;
const TICKS = 4;
/** A build that Jenkins does not show so long after its deployment is over has no log any more. */
const GIVE_UP_AFTER_MS = 600_000;

/** What a look at a log has found. */
export interface LogLook {
  /** Undefined while nothing is stored. */
  readonly head: LogHead | undefined;
  /** The deployment has finished and nothing more will come. */
  readonly isOver: boolean;
  /** Undefined when the deployment is forgotten. */
  readonly phase: Phase | undefined;
}

const FORGOTTEN: LogLook = { head: undefined, isOver: true, phase: undefined };

/** Called after each look at a log, also when nothing came. */
export type LogListener = (look: LogLook) => void;

/**
 * Keeps logs up to their builds: once a second while somebody reads them, every five seconds otherwise, to the end
 * when a build has ended. What a coordinator leaves undone when it stops is in the store.
 */
export class LogKeeper {
  readonly #options: LogKeeperOptions;
  readonly #pace: LogPace;
  readonly #abort = new AbortController();
  readonly #listeners = new Map<DeploymentId, Set<LogListener>>();
  readonly #looks = new Map<DeploymentId, Promise<LogLook>>();
  readonly #lookedAt = new Map<DeploymentId, number>();
  #unread: readonly DeploymentId[] = [];
  #timer: NodeJS.Timeout | undefined;
  #listing: Promise<void> | undefined;
  #listedAt = 0;

  constructor(options: LogKeeperOptions) {
    this.#options = options;
    this.#pace = options.pace ?? PACE;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), this.#pace.readMs / TICKS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#abort.abort();
    await Promise.allSettled([this.#listing, ...this.#looks.values()]);
  }

  /** Tells `listener` of each look at this log until the returned function is called. */
  listen(id: DeploymentId, listener: LogListener): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(id);
    };
  }

  /**
   * Looks at a log now, or joins the look under way. Throws when Jenkins or the store do not answer; what is stored
   * can be read all the same.
   */
  look(id: DeploymentId): Promise<LogLook> {
    const running = this.#looks.get(id);
    if (running) return running;
    const look = this.#look(id).finally(() => {
      this.#looks.delete(id);
      this.#lookedAt.set(id, performance.now());
    });
    this.#looks.set(id, look);
    return look;
  }

  /** As `look`, unless there was one within the last quarter of a second: whoever polls costs Jenkins no more. */
  async refresh(id: DeploymentId): Promise<void> {
    if (this.#looks.has(id) || this.#isDue(id, this.#pace.readMs / TICKS, performance.now()))
      await this.look(id);
  }

  async #look(id: DeploymentId): Promise<LogLook> {
    const { store } = this.#options;
    const deployment = await store.deployment(id);
    const look = deployment ? await this.#update(deployment) : FORGOTTEN;
    if (!deployment) await this.#options.logs.settle(id);
    for (const listener of this.#listeners.get(id) ?? []) listener(look);
    return look;
  }

  async #update(deployment: Deployment): Promise<LogLook> {
    const { logs, updater, clock } = this.#options;
    const { id, phase, finished_at = Infinity } = deployment;
    const isHopeless = clock() - finished_at > GIVE_UP_AFTER_MS;
    try {
      const { head, hasEnded } = await updater.update(deployment, this.#abort.signal);
      const isOver = hasEnded && finished_at !== Infinity;
      if (isOver && (head?.complete || isHopeless)) await logs.settle(id);
      return { head, isOver, phase };
    } catch (error) {
      // One that Jenkins cannot give would be asked for for ever.
      if (isHopeless) await logs.settle(id);
      throw error;
    }
  }

  #tick(): void {
    const now = performance.now();
    if (now - this.#listedAt >= this.#pace.unreadMs && !this.#listing) {
      this.#listedAt = now;
      this.#listing = this.#list().finally(() => (this.#listing = undefined));
    }
    const read = [...this.#listeners.keys()].filter((id) => this.#isDue(id, this.#pace.readMs, now));
    const unread = this.#unread.filter((id) => this.#isDue(id, this.#pace.unreadMs, now));
    for (const id of new Set([...this.#longestAgo(read), ...this.#longestAgo(unread)])) {
      if (this.#looks.size >= AT_ONCE) return;
      void this.look(id).catch((error: unknown) => this.#note(id, error));
    }
  }

  #isDue(id: DeploymentId, everyMs: number, now: number): boolean {
    return !this.#looks.has(id) && now - (this.#lookedAt.get(id) ?? -Infinity) >= everyMs;
  }

  #longestAgo(ids: readonly DeploymentId[]): readonly DeploymentId[] {
    return ids.toSorted((a, b) => (this.#lookedAt.get(a) ?? 0) - (this.#lookedAt.get(b) ?? 0));
  }

  /** What is over and not whole comes first, its text is the final one; but it takes half of the places at most. */
  async #list(): Promise<void> {
    const { store, logs, log } = this.#options;
    try {
      await logs.makeRoom();
      const due = await logs.due(UNREAD_AT_MOST);
      const open = await store.open();
      const found = await Promise.all(open.map((id) => store.deployment(id)));
      const building = found.filter((one) => one?.build !== undefined).map((one) => one?.id);
      const [first, rest] = [due.slice(0, UNREAD_AT_MOST / 2), due.slice(UNREAD_AT_MOST / 2)];
      const wanted = [...first, ...building, ...rest].filter((id) => id !== undefined);
      this.#unread = wanted.slice(0, UNREAD_AT_MOST);
    } catch (error) {
      log.debug('logs not looked for', { errorCode: toAppError(error).code, error });
    }
    const wanted = new Set([...this.#unread, ...this.#listeners.keys()]);
    for (const id of this.#lookedAt.keys()) if (!wanted.has(id)) this.#lookedAt.delete(id);
  }

  #note(id: DeploymentId, error: unknown): void {
    if (this.#abort.signal.aborted) return;
    this.#options.log.debug('log not read', { deploymentId: id, errorCode: toAppError(error).code, error });
  }
}
