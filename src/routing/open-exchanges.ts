import { targetKey } from './route-table.ts';
import type { RouteTable } from './route-table.ts';
import type { Target } from './route.ts';

/** Counts the exchanges (WebSockets too) that are open on each target, so that a drain knows when it is over. */
export class OpenExchanges {
  readonly #open = new Map<string, number>();

  /** Counts one more; the returned function ends it and may be called more than once. */
  begin(target: Target): () => void {
    const key = targetKey(target);
    this.#open.set(key, this.count(key) + 1);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const left = this.count(key) - 1;
      if (left === 0) this.#open.delete(key);
      else this.#open.set(key, left);
    };
  }

  count(target: string): number {
    return this.#open.get(target) ?? 0;
  }

  get total(): number {
    return [...this.#open.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Open exchanges on targets that no live route names any more: `{"host:port": count}`. */
  draining(table: RouteTable): Record<string, number> {
    const draining: Record<string, number> = {};
    for (const [target, count] of this.#open) {
      if (!table.namesLive(target)) draining[target] = count;
    }
    return draining;
  }
}
