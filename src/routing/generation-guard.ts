import { readFile } from 'node:fs/promises';
import { writeAtomically } from '../platform/atomic-file.ts';
import type { StorePosition } from './route-store.ts';

/** The file `generation.json` in ARK_STATE_DIR: which store this machine trusts. */
export interface AcceptedGeneration {
  readonly id: string;
  /** Lowest revision that the store may show. */
  readonly revision: number;
  /** Epoch ms of the acceptance: a later one overrules what the process has seen. */
  readonly at: number;
}

export type GenerationVerdict =
  | {
      readonly ok: true;
      /** True once after an acceptance: everything known before is void. */ readonly renewed: boolean;
    }
  | { readonly ok: false; readonly reason: 'missing' | 'other_generation' | 'smaller_revision' };

/**
 * Tells a store that was wiped or restored from the one that we know: no generation, another id, or a revision
 * below what was seen. The first store that a machine ever sees is accepted by itself; after that only an
 * operator changes the file (acceptGeneration).
 */
export class GenerationGuard {
  readonly #path: string;
  #accepted: AcceptedGeneration | undefined;
  #highest = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** The generation that this process works with; undefined before the first one was accepted. */
  get generation(): string | undefined {
    return this.#accepted?.id;
  }

  /** A revision that this process had applied before it started (its snapshot), of this generation. */
  remember(generation: string, revision: number): void {
    if (this.#accepted?.id === generation) this.#highest = Math.max(this.#highest, revision);
  }

  /** Reads the file without asking the store: what is known before the first contact. */
  async open(): Promise<void> {
    this.#accepted ??= await readAccepted(this.#path);
    this.#highest = Math.max(this.#highest, this.#accepted?.revision ?? 0);
  }

  async check(position: StorePosition): Promise<GenerationVerdict> {
    if (this.#fits(position)) {
      this.#highest = position.revision;
      return { ok: true, renewed: false };
    }
    return (await this.#adopt(position)) ?? { ok: false, reason: this.#fault(position) };
  }

  #fits({ generation, revision }: StorePosition): boolean {
    return generation !== undefined && generation === this.#accepted?.id && revision >= this.#highest;
  }

  /** Takes over the file if it says something new that fits; the very first time it writes the file itself. */
  async #adopt({ generation, revision }: StorePosition): Promise<GenerationVerdict | undefined> {
    if (generation === undefined) return undefined;
    const found = await readAccepted(this.#path);
    const isFirst = found === undefined && this.#accepted === undefined;
    const accepted = isFirst ? await acceptGeneration(this.#path, { generation, revision }) : found;
    if (accepted === undefined || accepted.id !== generation || revision < accepted.revision)
      return undefined;
    if (this.#accepted !== undefined && accepted.at <= this.#accepted.at) return undefined;
    const renewed = this.#accepted !== undefined;
    this.#accepted = accepted;
    this.#highest = revision;
    return { ok: true, renewed };
  }

  #fault({ generation }: StorePosition): 'missing' | 'other_generation' | 'smaller_revision' {
    if (generation === undefined) return 'missing';
    return generation === this.#accepted?.id ? 'smaller_revision' : 'other_generation';
  }
}

/** An operator's act: trust this store from now on. Every process on this machine reads it within a second. */
export async function acceptGeneration(
  path: string,
  position: Required<StorePosition>,
): Promise<AcceptedGeneration> {
  if (position.generation === undefined) throw new TypeError('a store without generation cannot be accepted');
  const accepted = { id: position.generation, revision: position.revision, at: Date.now() };
  await writeAtomically(path, `${JSON.stringify(accepted)}\n`);
  return accepted;
}

/** The accepted generation; undefined when there is no file or it cannot be understood. */
export async function readAccepted(path: string): Promise<AcceptedGeneration | undefined> {
  try {
    const { id, revision, at } = JSON.parse(await readFile(path, 'utf8')) as Partial<AcceptedGeneration>;
    if (typeof id !== 'string' || !Number.isSafeInteger(revision) || typeof at !== 'number') return undefined;
    return { id, revision: revision ?? 0, at };
  } catch {
    return undefined;
  }
}
