import { join } from 'node:path';
import type { Redis } from '../../src/platform/redis.ts';
import { loadScript, runScript } from '../../src/platform/redis.ts';
import { PUT_ROUTE_LUA } from '../../src/routing/redis-route-store.ts';
import type { EndpointId, RouteState, Target } from '../../src/routing/route.ts';

export interface RouteFields {
  readonly state: Exclude<RouteState, 'withdrawn'>;
  readonly seq: string;
  readonly target?: Target;
  readonly containerId?: string;
}

export type RouteWritten =
  | { readonly applied: true; readonly revision: number }
  | { readonly applied: false; readonly refusal: string };

const LUA = join(import.meta.dirname, 'lua');
const PUT = loadScript([PUT_ROUTE_LUA, join(LUA, 'put-route-call.lua')]);
const WITHDRAW = loadScript([PUT_ROUTE_LUA, join(LUA, 'withdraw-route-call.lua')]);

/** Calls the library of routes by itself, as the scripts of deployments do among other things. */
export class RouteWriter {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  async put(endpoint: EndpointId, { target, containerId, ...fields }: RouteFields): Promise<RouteWritten> {
    const where = { target_host: target?.host, target_port: target?.port, container_id: containerId };
    return this.#write(PUT, [endpoint, JSON.stringify({ ...fields, ...where })]);
  }

  async withdraw(endpoint: EndpointId, seq: string): Promise<RouteWritten> {
    return this.#write(WITHDRAW, [endpoint, seq]);
  }

  async #write(script: typeof PUT, args: readonly string[]): Promise<RouteWritten> {
    const answer = await runScript(this.#redis, script, { keys: [this.#prefix], args });
    const [revision, refusal] = answer as [number, string];
    return refusal === '' ? { applied: true, revision } : { applied: false, refusal };
  }
}
