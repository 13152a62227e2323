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

export type FoundStore = Pick<AcceptedGeneration, 'id' | 'revision'>;

/** The file that says which store this machine trusts, for all its processes. */
export function acceptedPath(stateDir: string): string {
  return join(stateDir, 'generation.json');
}

/** An operator's act: trust this store from now on. Every process on this machine reads it within a second. */
export async function acceptGeneration(stateDir: string, store: FoundStore): Promise<void> {
  await writeAtomically(acceptedPath(stateDir), toText({ ...store, at: Date.now() }));
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

export function toText(generation: AcceptedGeneration): string {
  return `${JSON.stringify(generation)}\n`;
}

/** Whether both speak of the same store under the same acceptance, so that their revisions can be compared. */
export function isSameAcceptance(
  one: Pick<AcceptedGeneration, 'id' | 'at'> | undefined,
  other: Pick<AcceptedGeneration, 'id' | 'at'> | undefined,
): boolean {
  return one !== undefined && one.id === other?.id && one.at === other.at;
}
