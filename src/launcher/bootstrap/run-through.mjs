import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, delimiter } from 'node:path';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/**
 * Runs a program in our place: same terminal, signals forwarded, its exit code returned (128 + number for a
 * signal). It is told to end when we are killed. Programs that it starts find the same Node first.
 */
export async function runThrough(argv, cwd) {
  const path = [dirname(argv[0]), process.env.PATH].join(delimiter);
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', ...argv], {
    stdio: 'inherit',
    cwd,
    env: { ...process.env, PATH: `${path}:/usr/local/sbin:/usr/sbin:/sbin` },
  });
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code, signal) => done(code ?? 128 + constants.signals[signal]));
  });
}
