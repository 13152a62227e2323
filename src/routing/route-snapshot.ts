import { readFile } from 'node:fs/promises';
import { writeAtomically } from '../platform/atomic-file.ts';
import type { AcceptedGeneration } from './accepted-generation.ts';
import { toRoute } from './route-record.ts';
import type { RouteTable, TableRoute } from './route-table.ts';
import type { Route, RouteChange } from './route.ts';
import { isEndpointId } from './route.ts';

export interface SnapshotHead {
  /** The acceptance of the store that the routes come from. */
  readonly generation: Pick<AcceptedGeneration, 'id' | 'at'>;
  readonly revision: number;
  /** Epoch ms of the last moment at which the table was known to equal the store. */
  readonly seenAt: number;
}

/** A proxy's table on disk, for a start while Redis is away. */
export interface RouteSnapshot extends SnapshotHead {
  readonly routes: readonly RouteChange[];
}

export async function writeSnapshot(
  path: string,
  { generation, revision, seenAt }: SnapshotHead,
  table: RouteTable,
): Promise<void> {
  const routes: Record<string, Route> = {};
  for (const [endpoint, entry] of table.entries()) routes[endpoint] = toRecord(entry);
  const { id, at } = generation;
  const head = { v: 1, generation: { id, at }, revision, seen_at: seenAt };
  await writeAtomically(path, JSON.stringify({ ...head, routes }));
}

/** Undefined when there is none, or when it cannot be understood: a proxy then starts without. */
export async function readSnapshot(path: string): Promise<RouteSnapshot | undefined> {
  try {
    const fields = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    const { v, generation, revision, seen_at: seenAt, routes } = fields;
    if (v !== 1 || !isAcceptance(generation) || typeof revision !== 'number') return undefined;
    if (typeof seenAt !== 'number' || typeof routes !== 'object' || routes === null) return undefined;
    return { generation, revision, seenAt, routes: Object.entries(routes).flatMap(toChange) };
  } catch {
    return undefined;
  }
}

function isAcceptance(value: unknown): value is SnapshotHead['generation'] {
  if (typeof value !== 'object' || value === null) return false;
  return 'id' in value && typeof value.id === 'string' && 'at' in value && typeof value.at === 'number';
}

function toRecord({ state, target, seq, revision }: TableRoute): Route {
  const where = target === undefined ? {} : { target_host: target.host, target_port: target.port };
  return { v: 1, state, ...where, seq, revision };
}

function toChange([endpoint, value]: [string, unknown]): RouteChange[] {
  const route = toRoute(value);
  return route !== undefined && isEndpointId(endpoint) ? [{ endpoint, route }] : [];
}
