import { spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { sleep } from '../platform/polling.ts';

const LOG_LIMIT_BYTES = 10 * 1024 * 1024;
const KILL_WAIT_MS = 5000;

export interface OwnedProcessOptions {
  readonly argv: readonly string[];
  /** Appended to; put aside as `.1` above 10 MiB. */
  readonly logPath: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** What the process gets when we die without a word; TERM unless told. */
  readonly deathSignal?: 'TERM' | 'KILL';
}

/** How it ended, in words: `exit code 1`, `signal SIGKILL`. */
export type Ending = string;

/** A child that never outlives this process: it leads its own group, and the kernel signals it when we die. */
export interface OwnedProcess {
  readonly pid: number;
  readonly ended: Promise<Ending>;
  hasEnded(): boolean;
  /** SIGTERM, then SIGKILL to the whole group after `graceMs`. Repeatable; resolves when it is gone. */
  stop(graceMs: number): Promise<void>;
}

/** Starts a child in its own session, so that Ctrl-C reaches us alone and we can end all in order. */
export function spawnOwned(options: OwnedProcessOptions): OwnedProcess {
  const log = openLog(options.logPath);
  const argv = ['--pdeathsig', options.deathSignal ?? 'TERM', '--', ...options.argv];
  const child = spawn('setpriv', argv, {
    detached: true,
    stdio: ['ignore', log, log],
    env: options.env ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  closeSync(log);
  let over = false;
  const ended = new Promise<Ending>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `exit code ${String(code)}` : `signal ${signal}`),
    );
  }).then((ending) => {
    over = true;
    return ending;
  });
  const pid = child.pid ?? -1;
  return { pid, ended, hasEnded: () => over, stop: async (graceMs) => stop({ pid, ended, graceMs }) };
}

async function stop({
  pid,
  ended,
  graceMs,
}: {
  pid: number;
  ended: Promise<Ending>;
  graceMs: number;
}): Promise<void> {
  if (pid <= 0) return;
  signalGroup(pid, 'SIGTERM', { leaderOnly: true });
  if (!(await within(ended, graceMs))) signalGroup(pid, 'SIGKILL');
  await within(ended, KILL_WAIT_MS);
  signalGroup(pid, 'SIGKILL'); // what the leader left behind in its group
}

function signalGroup(pid: number, signal: NodeJS.Signals, { leaderOnly = false } = {}): void {
  try {
    process.kill(leaderOnly ? pid : -pid, signal);
  } catch {
    // already gone
  }
}

async function within(ended: Promise<Ending>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(ms, timer.signal).then(
    () => false,
    () => true,
  );
  return Promise.race([ended.then(() => true), late]).finally(() => timer.abort());
}

function openLog(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}
