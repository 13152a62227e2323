import { readFile } from 'node:fs/promises';
import { writeAtomically } from '../platform/atomic-file.ts';
import { toRoute } from './route-record.ts';
import type { RouteTable, TableRoute } from './route-table.ts';
import type { Route, RouteChange } from './route.ts';
import { isEndpointId } from './route.ts';

/** A proxy's table on disk, for a start while Redis is away. */
export interface RouteSnapshot {
  readonly generation: string;
  readonly revision: number;
  /** Epoch ms of the last moment at which the table was known to equal the store. */
  readonly seenAt: number;
  readonly routes: readonly RouteChange[];
}

export interface SnapshotHead {
  readonly generation: string;
  readonly revision: number;
  readonly seenAt: number;
}

export async function writeSnapshot(
  path: string,
  { generation, revision, seenAt }: SnapshotHead,
  table: RouteTable,
): Promise<void> {
  const routes: Record<string, Route> = {};
  for (const [endpoint, entry] of table.entries()) routes[endpoint] = toRecord(entry);
  await writeAtomically(path, JSON.stringify({ v: 1, generation, revision, seen_at: seenAt, routes }));
}

/** Undefined when there is none, or when it cannot be understood: a proxy then starts without. */
export async function readSnapshot(path: string): Promise<RouteSnapshot | undefined> {
  try {
    const fields = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    const { v, generation, revision, seen_at: seenAt, routes } = fields;
    if (v !== 1 || typeof generation !== 'string' || typeof revision !== 'number') return undefined;
    if (typeof seenAt !== 'number' || typeof routes !== 'object' || routes === null) return undefined;
    return { generation, revision, seenAt, routes: Object.entries(routes).flatMap(toChange) };
  } catch {
    return undefined;
  }
}

function toRecord({ state, target, seq, revision }: TableRoute): Route {
  const where = target === undefined ? {} : { target_host: target.host, target_port: target.port };
  return { v: 1, state, ...where, seq, revision };
}

function toChange([endpoint, value]: [string, unknown]): RouteChange[] {
  const route = toRoute(value);
  return route !== undefined && isEndpointId(endpoint) ? [{ endpoint, route }] : [];
}
