import { withStore, type Redis } from '../platform/redis.ts';
import type { Heartbeat } from './route-store.ts';
import { targetKey } from './route-table.ts';
import type { Target } from './route.ts';

const FRESH_MS = 3_000;

/** What the proxies say of a switch: has each seen it, and what still runs over the old targets. */
export interface SwitchSeen {
  /** Whether every proxy with a fresh heartbeat has applied the revision. */
  readonly acknowledged: boolean;
  /** Exchanges that are open on the old targets, over all proxies. */
  readonly open: number;
}

export interface ProxyWatchOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly clock: () => number;
}

/** Reads the heartbeats that proxies leave in the store. */
export class ProxyWatch {
  readonly #options: ProxyWatchOptions;

  constructor(options: ProxyWatchOptions) {
    this.#options = options;
  }

  async seen(revision: number, oldTargets: readonly Target[]): Promise<SwitchSeen> {
    const heartbeats = await this.fresh();
    const keys = oldTargets.map(targetKey);
    const open = heartbeats.flatMap(({ draining }) => keys.map((key) => draining[key] ?? 0));
    return {
      acknowledged: heartbeats.every((heartbeat) => heartbeat.revision >= revision),
      open: open.reduce((sum, count) => sum + count, 0),
    };
  }

  /** The proxies that were heard of within the last seconds, and what each has applied. */
  async fresh(): Promise<readonly (Heartbeat & { readonly id: string })[]> {
    const { redis, prefix, clock } = this.#options;
    return withStore('heartbeats', async () => {
      const ids = await redis.zrangebyscore(`${prefix}proxies`, clock() - FRESH_MS, '+inf');
      const texts = ids.length === 0 ? [] : await redis.mget(ids.map((id) => `${prefix}proxy:${id}`));
      return texts.flatMap((text, at) =>
        text === null ? [] : [{ ...(JSON.parse(text) as Heartbeat), id: ids[at] ?? '' }],
      );
    });
  }
}
