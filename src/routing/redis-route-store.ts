import { join } from 'node:path';
import type { Redis } from '../platform/redis.ts';
import { withStore } from '../platform/redis.ts';
import { toAcceptedGeneration } from './accepted-generation.ts';
import { parseRoute, parseRouteChange } from './route-record.ts';
import type { Heartbeat, RouteRow, RouteStore, StoreListener, StorePosition } from './route-store.ts';
import type { EndpointId, Route } from './route.ts';
import { isEndpointId } from './route.ts';

/** The library to put before any script that changes a route: `put_route(…)`, `withdraw_route(…)`. */
export const PUT_ROUTE_LUA = join(import.meta.dirname, 'lua/put-route.lua');

const PAGE = 500;
const HEARTBEAT_MS = 5_000;

export interface RedisRouteStoreOptions {
  readonly redis: Redis;
  /** A connection of its own: while it is subscribed it takes no other command. Only `listen` needs it. */
  readonly subscriber?: Redis;
  readonly prefix: string;
}

/** Routes in Redis: one JSON value per endpoint, a zset of revisions, one channel. */
export class RedisRouteStore implements RouteStore {
  readonly #redis: Redis;
  readonly #subscriber: Redis | undefined;
  readonly #prefix: string;

  constructor({ redis, subscriber, prefix }: RedisRouteStoreOptions) {
    this.#redis = redis;
    this.#subscriber = subscriber;
    this.#prefix = prefix;
  }

  async position(): Promise<StorePosition> {
    const names = ['generation', 'revision', 'accepted_generation'].map((name) => this.#key(name));
    const [generation, revision, told] = await withStore('position', () => this.#redis.mget(...names));
    return {
      generation: generation ?? undefined,
      revision: Number(revision ?? 0),
      told: toAcceptedGeneration(told ?? ''),
    };
  }

  async get(endpoint: EndpointId): Promise<Route | undefined> {
    const text = await withStore('route', () => this.#redis.get(this.#key(`route:${endpoint}`)));
    return text === null ? undefined : parseRoute(text);
  }

  async *since(after: number): AsyncGenerator<readonly RouteRow[]> {
    // By score, not by rank: a route that changes between two pages moves to the end and is seen again, not skipped.
    let last = after;
    for (;;) {
      const rows = await withStore('routes', () =>
        this.#redis.zrangebyscore(this.#key('routes'), `(${last}`, '+inf', 'WITHSCORES', 'LIMIT', 0, PAGE),
      );
      const endpoints = rows.filter((_, index) => index % 2 === 0).filter(isEndpointId);
      if (rows.length === 0) return;
      last = Number(rows.at(-1));
      yield await this.#read(endpoints);
      if (rows.length < 2 * PAGE) return;
    }
  }

  listen({ onChange, onSubscribed, onLost = () => undefined }: StoreListener): () => void {
    const subscriber = this.#subscriber;
    if (subscriber === undefined) throw new TypeError('listen needs a connection of its own');
    const channel = this.#key('route-changes');
    const hear = (from: string, text: string): void => {
      const change = from === channel ? parseRouteChange(text) : undefined;
      if (change !== undefined) onChange(change);
    };
    const subscribe = (): void => {
      // A failure means that the connection is gone again; the next `ready` comes back here.
      subscriber.subscribe(channel).then(onSubscribed, () => undefined);
    };
    subscriber.on('message', hear).on('ready', subscribe).on('close', onLost);
    if (subscriber.status === 'ready') subscribe();
    return () => {
      subscriber.off('message', hear).off('ready', subscribe).off('close', onLost);
    };
  }

  async beat(proxyId: string, heartbeat: Heartbeat): Promise<void> {
    const text = JSON.stringify(heartbeat);
    await withStore('heartbeat', () =>
      Promise.all([
        this.#redis.set(this.#key(`proxy:${proxyId}`), text, 'PX', HEARTBEAT_MS),
        this.#redis.zadd(this.#key('proxies'), heartbeat.at, proxyId),
      ]),
    );
  }

  async #read(endpoints: readonly EndpointId[]): Promise<readonly RouteRow[]> {
    if (endpoints.length === 0) return [];
    const keys = endpoints.map((endpoint) => this.#key(`route:${endpoint}`));
    const texts = await withStore('routes', () => this.#redis.mget(...keys));
    return endpoints.map((endpoint, index) => ({ endpoint, route: parseRoute(texts[index] ?? '') }));
  }

  #key(name: string): string {
    return this.#prefix + name;
  }
}
