import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../src/launcher/command.ts';

const ROOT = join(import.meta.dirname, '../..');

export interface PythonVenv {
  /** What `npm test` has made in `.ark`. */
  readonly installed: string;
  /** What is made there when a test file runs by itself. */
  readonly own: string;
  /** A requirements file of the project. */
  readonly requirements: string;
}

/** Folder of a Python environment with what a requirements file pins, made once and kept in `.ark`. */
export async function pythonVenv({ installed, own, requirements }: PythonVenv): Promise<string> {
  const ready = join(ROOT, '.ark', installed);
  if (existsSync(join(ready, 'ark-stamp'))) return ready;
  const venv = join(ROOT, '.ark', own);
  if (existsSync(join(venv, 'complete'))) return venv;
  await run(['/usr/bin/python3', '-m', 'venv', venv], { timeoutMs: 60_000 });
  const pip = [join(venv, 'bin/pip'), 'install', '--quiet', '-r', join(ROOT, requirements)];
  await run(pip, { timeoutMs: 240_000 });
  await run(['touch', join(venv, 'complete')]);
  return venv;
}
