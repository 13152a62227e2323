/** Where the launcher says what it does. */
export interface Reporter {
  readonly say: (line: string) => void;
  /** Runs a step and says how long it took. */
  readonly step: <T>(title: string, work: () => Promise<T>) => Promise<T>;
}

/** Writes lines for people; silent for tests with a function that drops them. */
export function createReporter(write: (line: string) => void): Reporter {
  return {
    say: write,
    step: async (title, work) => {
      const startedAt = Date.now();
      const result = await work();
      write(`${title.padEnd(58)} ${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s`);
      return result;
    },
  };
}
