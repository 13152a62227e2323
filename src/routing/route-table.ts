import type { EndpointId, Route, RouteState, Target } from './route.ts';

/** What a proxy needs of a route for one request; without the container id, which only operators look at. */
export interface TableRoute {
  readonly state: RouteState;
  readonly target: Target | undefined;
  readonly seq: string;
  readonly revision: number;
}

/** `host:port` as text, an IPv6 address in brackets: the key of counters and heartbeats. */
export function targetKey(target: Target): string {
  return target.host.includes(':') ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`;
}

/** All routes that this proxy knows, in memory. Every call is synchronous: one lookup per request, no wait. */
export class RouteTable {
  readonly #routes = new Map<EndpointId, TableRoute>();
  /** How many live routes name a target: what nobody names any more is draining. */
  readonly #liveTargets = new Map<string, number>();

  get size(): number {
    return this.#routes.size;
  }

  lookup(endpoint: EndpointId): TableRoute | undefined {
    return this.#routes.get(endpoint);
  }

  /** Applies a route unless the table already has this revision of the endpoint or a later one. True if applied. */
  put(endpoint: EndpointId, route: Route): boolean {
    const known = this.#routes.get(endpoint);
    if (known !== undefined && known.revision >= route.revision) return false;
    this.#release(known);
    const entry = toTableRoute(route);
    this.#routes.set(endpoint, entry);
    const target = liveTarget(entry);
    if (target !== undefined) this.#liveTargets.set(target, (this.#liveTargets.get(target) ?? 0) + 1);
    return true;
  }

  drop(endpoint: EndpointId): void {
    this.#release(this.#routes.get(endpoint));
    this.#routes.delete(endpoint);
  }

  /** Forgets everything: only for an accepted new generation of the store, whose revisions start again. */
  clear(): void {
    this.#routes.clear();
    this.#liveTargets.clear();
  }

  /** True while some live route leads to this target (see targetKey). */
  namesLive(target: string): boolean {
    return this.#liveTargets.has(target);
  }

  entries(): IterableIterator<[EndpointId, TableRoute]> {
    return this.#routes.entries();
  }

  #release(entry: TableRoute | undefined): void {
    const target = entry === undefined ? undefined : liveTarget(entry);
    if (target === undefined) return;
    const left = (this.#liveTargets.get(target) ?? 1) - 1;
    if (left === 0) this.#liveTargets.delete(target);
    else this.#liveTargets.set(target, left);
  }
}

function toTableRoute(route: Route): TableRoute {
  const { target_host: host, target_port: port } = route;
  const target = host === undefined || port === undefined ? undefined : { host, port };
  return { state: route.state, target, seq: route.seq, revision: route.revision };
}

function liveTarget(entry: TableRoute): string | undefined {
  return entry.state === 'live' && entry.target !== undefined ? targetKey(entry.target) : undefined;
}
