import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAtomically, writeAtomically } from '../platform/atomic-file.ts';

/** A store as it is trusted. */
export interface AcceptedGeneration {
  readonly id: string;
  /** Lowest revision that the store may show. */
  readonly revision: number;
  /** Epoch ms of the acceptance: a later one overrules what was seen under it. */
  readonly at: number;
}

/** As the store itself tells it to processes whose state folder is elsewhere. */
export interface ToldAcceptance extends AcceptedGeneration {
  /** The store that was trusted before: only who trusted the same one takes this over. */
  readonly replaces: string;
}

export type FoundStore = Pick<AcceptedGeneration, 'id' | 'revision'>;

/** The file that says which store this machine trusts, for all its processes. */
export function acceptedPath(stateDir: string): string {
  return join(stateDir, 'generation.json');
}

/** Trust this store from now on. Every process with this state folder reads it within a second. */
export async function acceptGeneration(stateDir: string, accepted: AcceptedGeneration): Promise<void> {
  await writeAtomically(acceptedPath(stateDir), toText(accepted));
}

/** Trusts the first store that this machine ever sees; nothing when another process was quicker. */
export async function acceptFirst(stateDir: string, store: FoundStore): Promise<void> {
  await createAtomically(acceptedPath(stateDir), toText({ ...store, at: Date.now() }));
}

/** What `generation.json` or the memory of a process says; undefined when it is missing or cannot be understood. */
export async function readGeneration(path: string): Promise<AcceptedGeneration | undefined> {
  try {
    const { id, revision, at } = JSON.parse(await readFile(path, 'utf8')) as Partial<AcceptedGeneration>;
    if (typeof id !== 'string' || !Number.isSafeInteger(revision) || typeof at !== 'number') return undefined;
    return { id, revision: revision ?? 0, at };
  } catch {
    return undefined;
  }
}

/** What the store tells of an acceptance; undefined when it tells none, or none that can be understood. */
export function toToldAcceptance(text: string | null | undefined): ToldAcceptance | undefined {
  try {
    const { id, revision, at, replaces } = JSON.parse(text ?? '') as Partial<ToldAcceptance>;
    if (typeof id !== 'string' || typeof replaces !== 'string' || typeof at !== 'number') return undefined;
    return Number.isSafeInteger(revision) ? { id, revision: revision ?? 0, at, replaces } : undefined;
  } catch {
    return undefined;
  }
}

export function toText({ id, revision, at }: AcceptedGeneration): string {
  return `${JSON.stringify({ id, revision, at })}\n`;
}

/** Whether both speak of the same store under the same acceptance, so that their revisions can be compared. */
export function isSameAcceptance(
  one: Pick<AcceptedGeneration, 'id' | 'at'> | undefined,
  other: Pick<AcceptedGeneration, 'id' | 'at'> | undefined,
): boolean {
  return one !== undefined && one.id === other?.id && one.at === other.at;
}
