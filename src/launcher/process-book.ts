import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeAtomicallySync } from '../platform/atomic-file.ts';
import { pollUntil } from '../platform/polling.ts';
import { commandLine, identify, isAlive, type ProcessIdentity } from './process-identity.ts';

const END_GRACE_MS = 8000;
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

interface Entry extends ProcessIdentity {
  readonly name: string;
  /** A word of its command line. */
  readonly mark: string;
}

interface BookFile {
  readonly boot: string;
  readonly owner: ProcessIdentity;
  readonly entries: readonly Entry[];
}

/** The processes of one launcher, on disk, so that the next one can end what a killed one left. */
export class ProcessBook {
  readonly #path: string;
  readonly #entries = new Map<string, Entry>();

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * Takes the book. Ends what a dead owner recorded and says so. Throws when its owner still runs: there is one
   * launcher per state folder.
   */
  static async take(
    path: string,
    { say, signal }: { say: (line: string) => void; signal: AbortSignal },
  ): Promise<ProcessBook> {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const before = readBook(path);
    if (before !== undefined && isAlive(before.owner)) {
      throw new Error(
        `It runs already, as process ${String(before.owner.pid)}. Stop that one first (Ctrl-C there).`,
      );
    }
    rmSync(path, { force: true });
    const book = new ProcessBook(path);
    writeFileSync(path, book.#text(), { flag: 'wx', mode: 0o600 });
    for (const entry of before?.entries ?? []) await endEntry(entry, { say, signal });
    return book;
  }

  /** Notes a process under its part's name, in place of an earlier one. */
  record(name: string, pid: number, mark: string): void {
    const identity = identify(pid);
    if (identity === undefined) return; // ended at once; whoever started it sees that
    this.#entries.set(name, { ...identity, name, mark });
    writeAtomicallySync(this.#path, this.#text());
  }

  forget(name: string): void {
    if (this.#entries.delete(name)) writeAtomicallySync(this.#path, this.#text());
  }

  /** Gives the book back: the next start finds nothing to end. */
  close(): void {
    rmSync(this.#path, { force: true });
  }

  #text(): string {
    const owner = identify(process.pid) ?? { pid: process.pid, start: '' };
    const file: BookFile = { boot: bootId(), owner, entries: [...this.#entries.values()] };
    return `${JSON.stringify(file, null, 2)}\n`;
  }
}

/** Undefined when there is none, or when it is of an earlier boot: its numbers mean nothing now. */
function readBook(path: string): BookFile | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const file = JSON.parse(readFileSync(path, 'utf8')) as BookFile;
    return file.boot === bootId() ? file : undefined;
  } catch {
    return undefined; // cut off by a crash while it was made
  }
}

async function endEntry(
  entry: Entry,
  { say, signal }: { say: (line: string) => void; signal: AbortSignal },
): Promise<void> {
  if (!isAlive(entry) || !commandLine(entry.pid).includes(entry.mark)) return;
  say(`Ending ${entry.name} of an earlier start (process ${String(entry.pid)})`);
  tell(entry.pid, 'SIGTERM');
  const gone = async (): Promise<true | undefined> => Promise.resolve(isAlive(entry) ? undefined : true);
  const ended = await pollUntil(gone, { everyMs: 50, timeoutMs: END_GRACE_MS, signal });
  if (ended === undefined) tell(-entry.pid, 'SIGKILL');
}

function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // gone meanwhile
  }
}

function bootId(): string {
  return readFileSync(BOOT_ID, 'utf8').trim();
}
