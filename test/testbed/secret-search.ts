import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { sleep } from '../../src/platform/polling.ts';

/** Values that must not be found, by a name for the message. */
export type Needles = Readonly<Record<string, string>>;

/** `<file>: <name>` for every file below `dir` that holds one of the needles; `leftOut` are paths below `dir`. */
export function filesThatShow(needles: Needles, dir: string, leftOut: readonly string[]): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(dir, path);
    const isLeftOut = leftOut.some((one) => name === one || name.startsWith(`${one}/`));
    if (isLeftOut || !entry.isFile()) continue;
    found.push(...namesIn(readFileSync(path), needles).map((needle) => `${name}: ${needle}`));
  }
  return found;
}

/** Looks at the command lines of all processes of the machine, client hosts included, until `stop`. */
export function watchCommandLines(needles: Needles): { stop(): Promise<readonly string[]> } {
  const over = new AbortController();
  const found = new Set<string>();
  const watch = (async () => {
    while (!over.signal.aborted) {
      for (const line of commandLines())
        for (const name of namesIn(line, needles)) found.add(`${name}: ${line.toString().slice(0, 100)}`);
      await sleep(50, over.signal).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      over.abort();
      await watch;
      return [...found];
    },
  };
}

function namesIn(bytes: Buffer, needles: Needles): string[] {
  return Object.entries(needles).flatMap(([name, needle]) => (bytes.includes(needle) ? [name] : []));
}

function commandLines(): Buffer[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      return [readFileSync(`/proc/${pid}/cmdline`)];
    } catch {
      return []; // ended meanwhile
    }
  });
}
