import type { BuildRef, BuildServer } from '../build-server.ts';
import type { BuildMark, Deployment } from '../deployment.ts';
import { LogCleaner } from './log-cleaner.ts';
import type { LogHead, LogStore, LogWrite } from './log-store.ts';

export interface LogUpdaterOptions {
  readonly builds: BuildServer;
  readonly logs: LogStore;
  /** What must not be read in the log of this deployment. */
  readonly secretsOf: (deployment: Deployment) => Promise<readonly string[]>;
  /** So much is fetched of a whole log. */
  readonly limitBytes: number;
}

/** What is stored now. */
export interface LogState {
  readonly head: LogHead | undefined;
  /** The build wrote all that it will: it has ended, or there is none that could be read. */
  readonly hasEnded: boolean;
}

interface Step {
  readonly deployment: Deployment;
  readonly ref: BuildRef;
  readonly build: string;
  /** What is stored, and the same if it is this build's. */
  readonly stored: LogHead | undefined;
  readonly ours: LogHead | undefined;
  readonly signal: AbortSignal;
}

type Change = Pick<LogWrite, 'known' | 'text' | 'tail' | 'complete'> & { readonly anew?: boolean };

/** Pieces that one step takes at once, when a log is far ahead. */
const PIECES = 4;
const LEFT_OUT = '[the beginning of this log is left out: it is too long]\n';

/** Brings the stored log of a deployment up to its build. */
export class LogUpdater {
  readonly #options: LogUpdaterOptions;

  constructor(options: LogUpdaterOptions) {
    this.#options = options;
  }

  /**
   * While the build runs, what it wrote since; when it has ended, all of it. Repeatable, and safe beside other
   * coordinators: who comes second writes nothing. Throws when Jenkins or the store do not answer.
   */
  async update(deployment: Deployment, signal: AbortSignal): Promise<LogState> {
    const { builds, logs } = this.#options;
    const { id, job, build: mark } = deployment;
    const stored = await logs.head(id);
    if (!mark) return { head: stored, hasEnded: true };
    const build = nameOf(mark);
    const ours = stored?.build === build ? stored : undefined;
    if (ours?.complete) return { head: ours, hasEnded: true };
    const ref = { job, number: mark.number };
    const shown = await builds.readBuild(ref, signal, 'watch');
    // Another build may have the number after Jenkins lost its home: its log is nobody's business here.
    if (shown?.timestamp !== mark.timestamp) return { head: stored, hasEnded: true };
    const step = { deployment, ref, build, stored, ours, signal };
    const head = await (shown.running ? this.#follow(step) : this.#takeWhole(step));
    return { head, hasEnded: head?.complete ?? false };
  }

  async #follow(step: Step): Promise<LogHead | undefined> {
    let { stored: known, ours: head } = step;
    for (let pieces = 0; pieces < PIECES; pieces += 1) {
      const piece = await this.#options.builds.readLog(step.ref, head?.tail.mark, step.signal);
      if (!piece) return known;
      if (head && !piece.isAnother && piece.mark === head.tail.mark) return known;
      const anew = piece.isAnother || !head;
      const cleaner = await this.#cleaner(step, anew ? 0 : head?.tail.keyLines);
      const text = cleaner.clean(piece.text);
      const tail = { mark: piece.mark, keyLines: cleaner.keyLines };
      known = head = await this.#write(step, { known, text, anew, tail, complete: false });
      if (!piece.hasMore) break;
    }
    return known;
  }

  /** Where the log was followed without a gap, its rest is added; else everybody reads it anew. */
  async #takeWhole(step: Step): Promise<LogHead | undefined> {
    const { ref, signal, stored, ours } = step;
    const whole = await this.#options.builds.fetchLog(ref, this.#options.limitBytes, signal);
    if (!whole) return stored;
    const cleaner = await this.#cleaner(step);
    const lines = cleaner.clean(inWholeLines(whole.text, whole.isCut));
    const text = Buffer.from(whole.isCut ? LEFT_OUT + lines : lines);
    const isPrefix = ours !== undefined && (await this.#isBeginning(step, ours, text));
    const news = isPrefix ? text.subarray(ours.to) : text;
    const change = { known: stored, text: news.toString(), tail: { keyLines: 0 }, complete: true };
    return this.#write(step, { ...change, anew: !isPrefix });
  }

  async #cleaner({ deployment }: Step, keyLines = 0): Promise<LogCleaner> {
    return new LogCleaner(await this.#options.secretsOf(deployment), keyLines);
  }

  async #isBeginning({ deployment }: Step, head: LogHead, text: Buffer): Promise<boolean> {
    const { generation, from, to } = head;
    if (from > 0 || to > text.length) return false;
    const before = await this.#options.logs.read(deployment.id, { generation, from, to });
    return before?.equals(text.subarray(0, to)) ?? false;
  }

  async #write({ deployment, build }: Step, change: Change): Promise<LogHead | undefined> {
    const { logs } = this.#options;
    const { id, created_at: orderedAt } = deployment;
    return (await logs.write({ id, build, orderedAt, ...change })) ?? logs.head(id);
  }
}

function nameOf({ number, timestamp }: BuildMark): string {
  return `${String(number)}:${String(timestamp)}`;
}

/** With an LF behind the last line; of a cut text from the first whole line on. */
function inWholeLines(text: string, isCut: boolean): string {
  const from = isCut ? text.indexOf('\n') + 1 : 0;
  const lines = text.slice(from);
  return lines === '' || lines.endsWith('\n') ? lines : `${lines}\n`;
}
