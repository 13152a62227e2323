import type { OpenExchanges } from './open-exchanges.ts';
import { RepeatedTask } from './repeated-task.ts';
import type { RouteStore } from './route-store.ts';
import type { RouteTable } from './route-table.ts';

export interface ProxyHeartbeatOptions {
  readonly proxyId: string;
  readonly store: RouteStore;
  readonly table: RouteTable;
  readonly exchanges: OpenExchanges;
  /** The revision that this proxy has applied. */
  readonly revision: () => number;
  readonly everyMs?: number;
}

/** Acknowledges revisions and reports what still drains; the coordinator waits for both after a switch. */
export class ProxyHeartbeat {
  readonly #options: ProxyHeartbeatOptions;
  readonly #task: RepeatedTask;

  constructor(options: ProxyHeartbeatOptions) {
    this.#options = options;
    this.#task = new RepeatedTask(() => this.#beat(), options.everyMs ?? 1_000);
  }

  /** Beats at once, and from then on every second. */
  beatNow(): Promise<void> {
    return this.#task.runSoon();
  }

  async close(): Promise<void> {
    await this.#task.close();
  }

  async #beat(): Promise<void> {
    const { proxyId, store, table, exchanges, revision } = this.#options;
    // While the store is away nobody can hear us; the next beat tries again.
    await store.beat(proxyId, { at: Date.now(), revision: revision(), draining: exchanges.draining(table) });
  }
}
