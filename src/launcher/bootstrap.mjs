// Entry of `npm start` and `npm test`: brings a fresh Debian or Ubuntu machine to the point where the program's
// own code can run, then runs it. Plain JavaScript for Node 18 and up, without dependencies.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureNodeModules } from './bootstrap/node-modules.mjs';
import { ensurePackages } from './bootstrap/packages.mjs';
import { Refusal, say } from './bootstrap/report.mjs';
import { runThrough } from './bootstrap/run-through.mjs';
import { checkSystem } from './bootstrap/system.mjs';
import { ensureTestTools } from './bootstrap/test-tools.mjs';
import { ensureVenvs } from './bootstrap/venv.mjs';

const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));

const PROGRAMS = {
  start: { needs: 'start', argv: ['src/launcher/main.ts'] },
  test: { needs: 'test', argv: ['node_modules/jest/bin/jest.js'] },
  // sets the machine up and runs nothing
  prepare: { needs: 'test', argv: undefined },
};

async function main([command = '', ...args]) {
  const program = PROGRAMS[command];
  if (program === undefined) throw new Refusal('usage: bootstrap.mjs start|test|prepare [arguments]');
  checkSystem(process.env);
  mkdirSync(join(ROOT, '.ark'), { recursive: true, mode: 0o700 });
  await ensureNodeModules(ROOT);
  await ensurePackages(program.needs);
  await ensureVenvs(ROOT, program.needs);
  if (program.needs === 'test') await ensureTestTools(ROOT);
  if (program.argv === undefined) return 0;
  const node = join(ROOT, 'node_modules/.bin/node');
  return runThrough(
    [node, ...program.argv.map((word, at) => (at === 0 ? join(ROOT, word) : word)), ...args],
    ROOT,
  );
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    say(error instanceof Refusal ? error.message : `Could not prepare this machine: ${error.stack ?? error}`);
    process.exitCode = 1;
  },
);
