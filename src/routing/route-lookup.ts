import type { RouteFeed } from './route-feed.ts';
import type { RouteStore } from './route-store.ts';
import type { RouteTable, TableRoute } from './route-table.ts';
import type { EndpointId } from './route.ts';

/** `unavailable`: the store cannot be asked, so that nobody knows whether there is such a route. */
export type Resolution =
  | { readonly kind: 'route'; readonly route: TableRoute }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unavailable' };

export interface RouteLookupOptions {
  readonly table: RouteTable;
  readonly feed: Pick<RouteFeed, 'state' | 'seenAt'>;
  readonly store: Pick<RouteStore, 'get'>;
  /** How long routes are served that nobody could compare with the store, in ms: shorter than the port quarantine. */
  readonly staleRoutesMs: number;
  /** How long "there is no such route" is believed without asking again, in ms. */
  readonly absentMs?: number;
}

const MOST_ABSENT = 10_000;
const UNKNOWN: Resolution = { kind: 'unknown' };
const UNAVAILABLE: Resolution = { kind: 'unavailable' };

/** Finds the route of one request: in memory, and for an id that is not there by one question to the store. */
export class RouteLookup {
  readonly #options: RouteLookupOptions;
  readonly #absent = new Map<EndpointId, number>();
  readonly #asking = new Map<EndpointId, Promise<Resolution>>();

  constructor(options: RouteLookupOptions) {
    this.#options = options;
  }

  /** The answer if memory has it; undefined means: ask. */
  find(endpoint: EndpointId): Resolution | undefined {
    if (this.#isStale()) return UNAVAILABLE;
    const route = this.#options.table.lookup(endpoint);
    if (route !== undefined) return { kind: 'route', route };
    if (this.#options.feed.state !== 'in_sync') return UNAVAILABLE;
    return this.#isKnownAbsent(endpoint) ? UNKNOWN : undefined;
  }

  /** Asks the store for this endpoint; requests that ask at the same time share one question. */
  ask(endpoint: EndpointId): Promise<Resolution> {
    const asking = this.#asking.get(endpoint) ?? this.#askStore(endpoint);
    this.#asking.set(endpoint, asking);
    return asking;
  }

  async #askStore(endpoint: EndpointId): Promise<Resolution> {
    try {
      if (this.#options.feed.state !== 'in_sync') return this.#fromTable(endpoint) ?? UNAVAILABLE;
      const found = await this.#options.store.get(endpoint);
      if (found !== undefined) this.#options.table.put(endpoint, found);
      const known = this.#fromTable(endpoint);
      if (known === undefined) this.#rememberAbsent(endpoint);
      return known ?? UNKNOWN;
    } catch {
      return this.#fromTable(endpoint) ?? UNAVAILABLE;
    } finally {
      this.#asking.delete(endpoint);
    }
  }

  #fromTable(endpoint: EndpointId): Resolution | undefined {
    const route = this.#options.table.lookup(endpoint);
    return route === undefined ? undefined : { kind: 'route', route };
  }

  #isStale(): boolean {
    const { feed, staleRoutesMs } = this.#options;
    if (feed.state === 'in_sync') return false;
    return feed.seenAt === undefined || Date.now() - feed.seenAt > staleRoutesMs;
  }

  #isKnownAbsent(endpoint: EndpointId): boolean {
    const until = this.#absent.get(endpoint);
    if (until === undefined) return false;
    if (until > Date.now()) return true;
    this.#absent.delete(endpoint);
    return false;
  }

  #rememberAbsent(endpoint: EndpointId): void {
    // Whoever tries endless ids must not fill the memory; the oldest entry is the first of a Map.
    if (this.#absent.size >= MOST_ABSENT) {
      const [oldest] = this.#absent.keys();
      if (oldest !== undefined) this.#absent.delete(oldest);
    }
    this.#absent.set(endpoint, Date.now() + (this.#options.absentMs ?? 1_000));
  }
}
