import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, mkdirSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signalGroup } from './process-marks.ts';
import { LineCutter } from './build-log.ts';

export interface ShellStep {
  readonly script: string;
  readonly workspace: string;
  /** Private folder beside the workspace. */
  readonly temporary: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  /** Ends the step: its process group gets SIGTERM, and SIGKILL when it does not stop. */
  readonly stop: AbortSignal;
  /** Leaves the step: its processes go on, nobody waits for them (Jenkins' term and kill). */
  readonly leave: AbortSignal;
}

export type StepEnd = { kind: 'exited'; code: number } | { kind: 'left' };

const POLL_MS = 50;
const STOP_GRACE_MS = 20_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const CHUNK = Buffer.alloc(64 * 1024);

/**
 * Runs a script with `sh -xe` in a process group of its own. Output goes into a private file that is read while
 * the step runs: both streams keep their order, and a process that outlives the step blocks nobody.
 * Resolves with the exit code (128 + number for a signal), or `left`.
 */
export async function runShellStep(step: ShellStep): Promise<StepEnd> {
  const folder = join(step.temporary, `durable-${randomBytes(4).toString('hex')}`);
  mkdirSync(folder, { mode: 0o700 });
  const scriptPath = join(folder, 'script.sh');
  writeFileSync(scriptPath, step.script, { mode: 0o600 });
  const output = openSync(join(folder, 'output.log'), 'a+', 0o600);
  const tail = new OutputTail(output, step.onLine);
  try {
    return await new Promise<StepEnd>((resolve, reject) => {
      const child = spawn('/bin/sh', ['-xe', scriptPath], {
        cwd: step.workspace,
        env: step.environment,
        stdio: ['ignore', output, output],
        detached: true,
      });
      const watch = new StepWatch(child.pid ?? 0, step, tail);
      const end = (): void => {
        watch.close();
        step.leave.removeEventListener('abort', leave);
      };
      const leave = (): void => {
        end();
        child.unref();
        resolve({ kind: 'left' });
      };
      step.leave.addEventListener('abort', leave, { once: true });
      child.once('error', (error) => {
        end();
        reject(error);
      });
      child.once('exit', (code, signal) => {
        end();
        resolve({ kind: 'exited', code: code ?? 128 + signalNumber(signal) });
      });
      if (step.leave.aborted) leave();
    });
  } finally {
    tail.finish();
    closeSync(output);
    // a step that was left may still write there
    if (!step.leave.aborted) rmSync(folder, { recursive: true, force: true });
  }
}

/** Owns the timers of a running step. */
class StepWatch {
  readonly #group: number;
  readonly #step: ShellStep;
  readonly #poll: NodeJS.Timeout;
  #grace: NodeJS.Timeout | undefined;

  constructor(group: number, step: ShellStep, tail: OutputTail) {
    this.#group = group;
    this.#step = step;
    this.#poll = setInterval(() => this.#read(tail), POLL_MS);
    step.stop.addEventListener('abort', this.#stop, { once: true });
    if (step.stop.aborted) this.#stop();
  }

  close(): void {
    clearInterval(this.#poll);
    clearTimeout(this.#grace);
    this.#step.stop.removeEventListener('abort', this.#stop);
  }

  #read(tail: OutputTail): void {
    if (!tail.read()) signalGroup(this.#group, 'SIGKILL');
  }

  readonly #stop = (): void => {
    this.#step.onLine('Sending interrupt signal to process');
    signalGroup(this.#group, 'SIGTERM');
    this.#grace = setTimeout(() => {
      this.#step.onLine(`After ${STOP_GRACE_MS / 1000}s process did not stop`);
      signalGroup(this.#group, 'SIGKILL');
    }, STOP_GRACE_MS);
  };
}

/** Reads what was appended to the output file since the last call. */
class OutputTail {
  readonly #file: number;
  readonly #lines: LineCutter;
  readonly #onLine: (line: string) => void;
  #at = 0;
  #isFull = false;

  constructor(file: number, onLine: (line: string) => void) {
    this.#file = file;
    this.#onLine = onLine;
    this.#lines = new LineCutter(onLine);
  }

  /** False once the step wrote more than it may. */
  read(): boolean {
    const sizeBytes = fstatSync(this.#file).size;
    while (this.#at < sizeBytes && !this.#isFull) {
      const count = readSync(this.#file, CHUNK, 0, Math.min(CHUNK.length, sizeBytes - this.#at), this.#at);
      if (count === 0) break;
      this.#at += count;
      this.#lines.push(CHUNK.subarray(0, count));
      if (this.#at > MAX_OUTPUT_BYTES) this.#stopReading();
    }
    return !this.#isFull;
  }

  finish(): void {
    this.read();
    this.#lines.flush();
  }

  #stopReading(): void {
    this.#isFull = true;
    this.#onLine(`ERROR: this step wrote more than ${MAX_OUTPUT_BYTES / 1024 / 1024} MiB, it is ended`);
  }
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === 'SIGKILL' ? 9 : signal === 'SIGINT' ? 2 : 15;
}
