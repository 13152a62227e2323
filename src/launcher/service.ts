import { readFileSync } from 'node:fs';
import { pollUntil, sleep } from '../platform/polling.ts';
import { spawnOwned, type OwnedProcess } from './owned-process.ts';
import type { ProcessBook } from './process-book.ts';

export interface ServiceDefinition {
  /** In words for people, as `local Jenkins`. */
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly logPath: string;
  /** A word that its command line keeps. */
  readonly mark: string;
  /** Whether it does its work now; called every 50 ms until it does. */
  readonly isReady: () => Promise<boolean>;
  readonly readyTimeoutMs?: number;
  readonly stopGraceMs?: number;
}

export interface ServiceSurroundings {
  readonly book: ProcessBook;
  readonly say: (line: string) => void;
  /** Called when it died too often to go on. */
  readonly onGivenUp: (name: string) => void;
}

const READY_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8000;
const DEATHS_WITHIN_MS = 120_000;
const MOST_DEATHS = 10;

/** One supervised child: started, watched, restarted with growing pauses when it dies, stopped in the end. */
export class Service {
  readonly definition: ServiceDefinition;
  readonly #around: ServiceSurroundings;
  #process: OwnedProcess | undefined;
  #wanted = new AbortController();
  #watch: Promise<void> = Promise.resolve();
  #deaths: number[] = [];

  constructor(definition: ServiceDefinition, around: ServiceSurroundings) {
    this.definition = definition;
    this.#around = around;
  }

  get pid(): number {
    return this.#process?.pid ?? -1;
  }

  /** Resolves when it is ready. Throws with the end of its log when it ends first or takes too long. */
  async start(signal: AbortSignal): Promise<void> {
    this.#wanted = new AbortController();
    const process = this.#spawn();
    try {
      await this.#waitUntilReady(process, signal);
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#watch = this.#keepUp(process, this.#wanted.signal);
  }

  /** Ends it for good: SIGTERM, then SIGKILL. Repeatable. */
  async stop(): Promise<void> {
    this.#wanted.abort();
    await this.#process?.stop(this.definition.stopGraceMs ?? STOP_GRACE_MS);
    await this.#watch;
    this.#around.book.forget(this.definition.name);
  }

  /** Ends it as a crash would; it stays down until `start`. */
  async kill(): Promise<void> {
    this.#wanted.abort();
    await this.#process?.stop(0);
    await this.#watch;
  }

  async close(): Promise<void> {
    await this.stop();
  }

  #spawn(): OwnedProcess {
    const { name, argv, env, cwd, logPath, mark } = this.definition;
    const rest = { ...(env === undefined ? {} : { env }), ...(cwd === undefined ? {} : { cwd }) };
    const process = spawnOwned({ argv, logPath, ...rest });
    this.#process = process;
    this.#around.book.record(name, process.pid, mark);
    return process;
  }

  async #waitUntilReady(process: OwnedProcess, signal: AbortSignal): Promise<void> {
    const { name, isReady, readyTimeoutMs, logPath } = this.definition;
    const check = async (): Promise<true | undefined> => {
      if (process.hasEnded()) throw new Error(`${name} ended (${await process.ended}): ${tail(logPath)}`);
      return (await isReady()) ? true : undefined;
    };
    const timeoutMs = readyTimeoutMs ?? READY_TIMEOUT_MS;
    const ready = await pollUntil(check, { everyMs: 50, timeoutMs, signal });
    if (ready === undefined)
      throw new Error(`${name} is not ready after ${String(timeoutMs / 1000)} s: ${tail(logPath)}`);
  }

  async #keepUp(first: OwnedProcess, wanted: AbortSignal): Promise<void> {
    let process = first;
    while (!isOver(wanted)) {
      const ending = await process.ended;
      await process.stop(0); // what is left of its group, as the workers of a killed nginx
      if (isOver(wanted)) return;
      const pauseMs = this.#pauseAfterDeath();
      if (pauseMs === undefined) return this.#giveUp(ending);
      this.#around.say(`${this.definition.name} ended (${ending}); starting it again`);
      await sleep(pauseMs, wanted).catch(() => undefined);
      if (isOver(wanted)) return;
      process = this.#spawn();
    }
  }

  /** Undefined when it died too often. */
  #pauseAfterDeath(): number | undefined {
    const now = Date.now();
    this.#deaths = [...this.#deaths.filter((at) => at > now - DEATHS_WITHIN_MS), now];
    if (this.#deaths.length > MOST_DEATHS) return undefined;
    return Math.min(FIRST_PAUSE_MS * 2 ** (this.#deaths.length - 1), LONGEST_PAUSE_MS);
  }

  #giveUp(ending: string): void {
    const { name, logPath } = this.definition;
    this.#around.say(
      `${name} died ${String(MOST_DEATHS)} times in two minutes (${ending}), giving up: ${tail(logPath)}`,
    );
    this.#around.onGivenUp(name);
  }
}

/** A function, since the compiler takes the state of a signal to be the same after an `await`. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

function tail(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(-4000).trim().split('\n').slice(-8).join('\n  ');
  } catch {
    return 'no log';
  }
}
