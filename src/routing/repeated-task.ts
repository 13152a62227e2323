/**
 * Runs an act every `everyMs`, and at once when asked; never twice at the same time. A request during a run
 * leads to one more run after it. The act must not throw; a throw is swallowed, because the next run tries again.
 */
export class RepeatedTask {
  readonly #act: () => Promise<void>;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #closed = false;

  constructor(act: () => Promise<void>, everyMs: number) {
    this.#act = act;
    this.#everyMs = everyMs;
  }

  /** Resolves after a run that began after this call. */
  runSoon(): Promise<void> {
    if (this.#closed) return this.#running ?? Promise.resolve();
    if (this.#running === undefined) return this.#run();
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#closed ? undefined : this.#run();
    });
    return this.#next;
  }

  /** Ends the repetition and waits for the run under way. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #run(): Promise<void> {
    clearTimeout(this.#timer);
    this.#running = this.#act()
      .catch(() => undefined)
      .finally(() => {
        this.#running = undefined;
        if (!this.#closed) this.#timer = setTimeout(() => void this.runSoon(), this.#everyMs);
      });
    return this.#running;
  }
}
