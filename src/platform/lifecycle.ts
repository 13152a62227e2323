export interface Closeable {
  close(): Promise<void> | void;
}

interface Entry {
  readonly name: string;
  readonly closeable: Closeable;
}

/** Owns what was started: closes it in reverse order, each within a share of the deadline. */
export class Lifecycle {
  readonly #entries: Entry[] = [];
  readonly #abort = new AbortController();

  /** Aborted when closing begins: hand it to every wait of a background loop. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  add<T extends Closeable>(name: string, closeable: T): T {
    this.#entries.push({ name, closeable });
    return closeable;
  }

  /**
   * Closes everything once, last added first. Returns the names of those that failed or did not end within
   * `deadlineMs` in all. Repeatable: a second call finds nothing left.
   */
  async close(deadlineMs: number): Promise<string[]> {
    this.#abort.abort();
    const endAt = Date.now() + deadlineMs;
    const failed: string[] = [];
    for (const { name, closeable } of this.#entries.splice(0).reverse()) {
      if (!(await endsBefore(closeable, endAt))) failed.push(name);
    }
    return failed;
  }
}

async function endsBefore(closeable: Closeable, endAt: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(0, endAt - Date.now()));
  });
  const closed = (async () => closeable.close())().then(
    () => true,
    () => false,
  );
  return Promise.race([closed, timeout]).finally(() => clearTimeout(timer));
}
