import { join } from 'node:path';
import { writeAtomically } from '../platform/atomic-file.ts';
import type { Logger } from '../platform/logger.ts';
import type { AcceptedGeneration } from './accepted-generation.ts';
import {
  acceptGeneration,
  acceptFirst,
  acceptedPath,
  isSameAcceptance,
  readGeneration,
  toText,
} from './accepted-generation.ts';
import type { StorePosition } from './route-store.ts';

export interface GenerationGuardOptions {
  /** ARK_STATE_DIR: holds generation.json and seen-<owner>.json. */
  readonly stateDir: string;
  /** Names this process on its machine; the same after a restart. */
  readonly owner: string;
  readonly log: Logger;
}

export type StoreFault = 'missing' | 'other_generation' | 'smaller_revision';

export type GenerationVerdict =
  /** `renewed` is true once after an acceptance: everything known before is void. */
  { readonly ok: true; readonly renewed: boolean } | { readonly ok: false; readonly reason: StoreFault };

/**
 * Tells a store that was wiped or restored from the one that we know: no generation, another id, or a revision
 * below what this process has seen, over its restarts too. The first store that a machine ever sees is accepted
 * by itself; after that only an operator changes generation.json (acceptGeneration).
 */
export class GenerationGuard {
  readonly #options: GenerationGuardOptions;
  #accepted: AcceptedGeneration | undefined;
  /** The highest revision seen under this acceptance, and what of it is on disk. */
  #highest = 0;
  #remembered = -1;

  constructor(options: GenerationGuardOptions) {
    this.#options = options;
  }

  /** The acceptance that this process works with; undefined before the first one. */
  get accepted(): AcceptedGeneration | undefined {
    return this.#accepted;
  }

  /** Reads the files without asking the store: what is known before the first contact. */
  async open(): Promise<void> {
    this.#accepted = await readGeneration(acceptedPath(this.#options.stateDir));
    const seen = await readGeneration(this.#seenPath());
    const revision = isSameAcceptance(seen, this.#accepted) ? (seen?.revision ?? 0) : 0;
    this.#highest = Math.max(revision, this.#accepted?.revision ?? 0);
    this.#remembered = revision;
  }

  /** Whether the store stands where the trusted one may stand. */
  trusts({ generation, revision }: StorePosition): boolean {
    return generation !== undefined && generation === this.#accepted?.id && revision >= this.#highest;
  }

  /** The verdict on the store as it stands now; a good one is remembered on disk. */
  async check(position: StorePosition): Promise<GenerationVerdict> {
    const verdict = await this.#judge(position);
    if (verdict.ok) await this.remember(position.revision);
    return verdict;
  }

  /** Keeps over a restart that the store has come as far as this. Call it at most once a second. */
  async remember(revision: number): Promise<void> {
    if (this.#accepted === undefined) return;
    this.#highest = Math.max(this.#highest, revision);
    if (this.#highest <= this.#remembered) return;
    this.#remembered = this.#highest;
    const { id, at } = this.#accepted;
    try {
      await writeAtomically(this.#seenPath(), toText({ id, revision: this.#highest, at }));
    } catch (error) {
      this.#options.log.error('seen revision not kept', { revision, error });
    }
  }

  async #judge(position: StorePosition): Promise<GenerationVerdict> {
    if (this.trusts(position)) return { ok: true, renewed: false };
    return (await this.#adopt(position)) ?? { ok: false, reason: this.#fault(position) };
  }

  /** Takes over what an operator accepted, if it fits; the very first store is accepted here. */
  async #adopt({ generation, revision, told }: StorePosition): Promise<GenerationVerdict | undefined> {
    if (generation === undefined) return undefined;
    const { stateDir } = this.#options;
    if (this.#accepted === undefined) await acceptFirst(stateDir, { id: generation, revision });
    const found = this.#newer(await readGeneration(acceptedPath(stateDir))) ?? this.#newer(this.#meant(told));
    if (found?.id !== generation || revision < found.revision) return undefined;
    if (found === told) await acceptGeneration(stateDir, found);
    const renewed = this.#accepted !== undefined;
    this.#accepted = found;
    this.#highest = revision;
    this.#remembered = -1;
    return { ok: true, renewed };
  }

  /** An operator's word counts once: in a restored store it is an old one. */
  #newer(found: AcceptedGeneration | undefined): AcceptedGeneration | undefined {
    return found !== undefined && found.at > (this.#accepted?.at ?? -1) ? found : undefined;
  }

  /** What is told is for those who trusted a store that it replaces: another installation's says nothing to us. */
  #meant(told: AcceptedGeneration | undefined): AcceptedGeneration | undefined {
    const trusted = this.#accepted?.id;
    return trusted !== undefined && told?.replaces?.includes(trusted) === true ? told : undefined;
  }

  #fault({ generation }: StorePosition): StoreFault {
    if (generation === undefined) return 'missing';
    return generation === this.#accepted?.id ? 'smaller_revision' : 'other_generation';
  }

  #seenPath(): string {
    return join(this.#options.stateDir, `seen-${this.#options.owner}.json`);
  }
}
