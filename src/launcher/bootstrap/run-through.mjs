import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, delimiter } from 'node:path';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
const PARENT = process.ppid;
const PARENT_LOOK_MS = 500;

/**
 * Runs a program in our place: same terminal, signals forwarded, its exit code returned (128 + number for a
 * signal). It is told to end when we are killed, or the npm that started us is. Programs that it starts find the same Node first.
 */
export async function runThrough(argv, cwd) {
  const path = [dirname(argv[0]), process.env.PATH].join(delimiter);
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', ...argv], {
    stdio: 'inherit',
    cwd,
    env: { ...process.env, PATH: `${path}:/usr/local/sbin:/usr/sbin:/sbin` },
  });
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  const watch = whenNpmIsGone(() => child.kill('SIGTERM'));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      done(code ?? 128 + constants.signals[signal]);
    });
  });
}

/** npm passes INT and TERM on; of a hang-up or kill -9 it dies without a word. */
function whenNpmIsGone(act) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const timer = setInterval(() => {
    if (process.ppid === PARENT) return;
    clearInterval(timer);
    act();
  }, PARENT_LOOK_MS);
  return timer;
}
