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
  /** The stores that were trusted before, newest last: told to a process, only one that trusted one of them obeys. */
  readonly replaces?: readonly string[];
}

/** A process that missed more acceptances than this is started anew by hand. */
const REPLACED_KEPT = 20;

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
    return toAcceptedGeneration(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** An acceptance as a file keeps it or the store tells it; undefined when it cannot be understood. */
export function toAcceptedGeneration(text: string): AcceptedGeneration | undefined {
  try {
    const { id, revision, at, replaces } = JSON.parse(text) as Partial<AcceptedGeneration>;
    if (typeof id !== 'string' || !Number.isSafeInteger(revision) || typeof at !== 'number') return undefined;
    const known = Array.isArray(replaces) ? replaces.filter((each) => typeof each === 'string') : undefined;
    return { id, revision: revision ?? 0, at, ...(known && { replaces: known }) };
  } catch {
    return undefined;
  }
}

export function toText({ id, revision, at, replaces }: AcceptedGeneration): string {
  return `${JSON.stringify({ id, revision, at, replaces })}\n`;
}

/** The stores that an acceptance in the place of this one replaces. */
export function replacedBy(before: AcceptedGeneration | undefined): readonly string[] {
  if (before === undefined) return [];
  return [...new Set([...(before.replaces ?? []), before.id])].slice(-REPLACED_KEPT);
}

/** Whether both speak of the same store under the same acceptance, so that their revisions can be compared. */
export function isSameAcceptance(
  one: Pick<AcceptedGeneration, 'id' | 'at'> | undefined,
  other: Pick<AcceptedGeneration, 'id' | 'at'> | undefined,
): boolean {
  return one !== undefined && one.id === other?.id && one.at === other.at;
}
