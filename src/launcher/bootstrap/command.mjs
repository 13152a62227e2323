import { spawn, spawnSync } from 'node:child_process';
import { Refusal } from './report.mjs';

/** True when the command exits with 0; its output is dropped. */
export function succeeds(argv) {
  const [command, ...args] = argv;
  return spawnSync(command, args, { stdio: 'ignore', timeout: 30_000 }).status === 0;
}

/** What the command prints; empty when it fails. */
export function outputOf(argv) {
  const [command, ...args] = argv;
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 30_000 });
  return status === 0 ? stdout.trim() : '';
}

/** Full path of a program in PATH or one of the folders that only root's PATH has; undefined when there is none. */
export function whereIs(program) {
  const path = `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;
  const found = spawnSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', program], {
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

/** Runs a command that may take minutes; its output is shown only when it fails. Throws Refusal then. */
export async function runQuietly(argv, { timeoutMs, env = process.env, cwd = '/' }) {
  const { code, output } = await collect(argv, { timeoutMs, env, cwd });
  if (code !== 0) throw new Refusal(`${argv.join(' ')} failed (${code}):\n${output.slice(-4000).trim()}`);
}

async function collect([command, ...args], { timeoutMs, env, cwd }) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env, cwd });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const code = await new Promise((done) => {
    child.once('error', (error) => {
      output += error.message;
      done('not started');
    });
    child.once('close', (exitCode, signal) => done(exitCode ?? signal));
  });
  clearTimeout(timer);
  return { code, output };
}
