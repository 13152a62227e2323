import type { Interruption } from '../model/causes.ts';

/**
 * What may end a build from outside. A stop ends the step that runs now (or comes next) and the build goes on
 * with its post blocks; a second stop ends the post step that runs then. A kill ends everything at once.
 */
export class BuildControl {
  readonly #kill = new AbortController();
  #step = new AbortController();
  #interruption: Interruption | undefined;
  readonly #onInterrupted: (interruption: Interruption) => void;

  constructor(onInterrupted: (interruption: Interruption) => void) {
    this.#onInterrupted = onInterrupted;
  }

  /** Aborted by the stop that concerns the present part of the build. */
  get stop(): AbortSignal {
    return this.#step.signal;
  }

  get killed(): AbortSignal {
    return this.#kill.signal;
  }

  /** The stop that is not yet taken, if any. */
  get interruption(): Interruption | undefined {
    return this.#interruption;
  }

  interrupt(interruption: Interruption): void {
    if (this.#interruption !== undefined || this.#kill.signal.aborted) return;
    this.#interruption = interruption;
    this.#onInterrupted(interruption);
    this.#step.abort();
  }

  kill(interruption: Interruption): void {
    if (this.#kill.signal.aborted) return;
    if (this.#interruption === undefined) this.#onInterrupted(interruption);
    this.#kill.abort();
  }

  /** Called when the build turns to its post blocks: they run although the build was stopped. */
  beginPost(): void {
    this.#interruption = undefined;
    this.#step = new AbortController();
  }
}
