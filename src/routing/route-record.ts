import { isEndpointId, SEQ } from './route.ts';
import type { Route, RouteChange, RouteState } from './route.ts';

const STATES: ReadonlySet<string> = new Set([
  'live',
  'updating',
  'stopped',
  'withdrawn',
] satisfies RouteState[]);

/** The stored JSON as a Route; undefined when it is not one (written by hand, or by a later version). */
export function parseRoute(text: string): Route | undefined {
  return toRoute(parseJson(text));
}

/** A message of the channel as a RouteChange; undefined when it is not one. */
export function parseRouteChange(text: string): RouteChange | undefined {
  const value = parseJson(text);
  if (!isRecord(value)) return undefined;
  const endpoint = value['endpoint'];
  const route = toRoute(value['route']);
  if (typeof endpoint !== 'string' || !isEndpointId(endpoint) || route === undefined) return undefined;
  return { endpoint, route };
}

/** Any value as a Route, field by field; undefined when one does not fit. */
export function toRoute(value: unknown): Route | undefined {
  if (!isRecord(value) || value['v'] !== 1) return undefined;
  const { state, seq, revision, target_host, target_port, container_id, reason } = value;
  if (!isState(state) || !isSeq(seq) || !isCount(revision)) return undefined;
  const hasTarget = typeof target_host === 'string' && isPort(target_port);
  if (state === 'live' && !hasTarget) return undefined;
  return {
    v: 1,
    state,
    ...(hasTarget ? { target_host, target_port } : {}),
    seq,
    revision,
    ...(typeof container_id === 'string' ? { container_id } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isState(value: unknown): value is RouteState {
  return typeof value === 'string' && STATES.has(value);
}

function isSeq(value: unknown): value is string {
  return typeof value === 'string' && SEQ.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isPort(value: unknown): value is number {
  return isCount(value) && value >= 1 && value <= 65535;
}
