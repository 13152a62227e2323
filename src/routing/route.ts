import type { Brand } from '../platform/brand.ts';

/** What follows `/instances/`: an instance id, or `<id>--<endpoint>` for a further endpoint of it. */
export type EndpointId = Brand<string, 'EndpointId'>;

/** A fencing number as text: as many digits as Redis scripts can compare exactly. */
export const SEQ = /^\d{1,15}$/;

const ENDPOINT_ID = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export type RouteState = 'live' | 'updating' | 'stopped' | 'withdrawn';

export interface Target {
  /** An IP literal: names are resolved once, when a host is registered. */
  readonly host: string;
  readonly port: number;
}

/**
 * The record `ark:{ark}:route:<endpoint>`, as JSON. A withdrawn route stays as a tombstone that keeps seq and
 * revision, so that a late message never brings it back; it has no target.
 */
export interface Route {
  readonly v: 1;
  readonly state: RouteState;
  readonly target_host?: string;
  readonly target_port?: number;
  readonly seq: string;
  /** Global, monotonic over all routes; a proxy never applies a lower one for the same endpoint. */
  readonly revision: number;
  readonly container_id?: string;
  /** Why an operator withdrew it. */
  readonly reason?: string;
}

/** One message on the channel `ark:{ark}:route-changes`. */
export interface RouteChange {
  readonly endpoint: EndpointId;
  readonly route: Route;
}

export function isEndpointId(text: string): text is EndpointId {
  return ENDPOINT_ID.test(text);
}
