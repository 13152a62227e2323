import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../src/launcher/command.ts';
import { REPOSITORY } from '../jenkins/job-run.ts';

/** Folder of a Python environment with the pinned ansible-core; the launcher's, or one made once and kept in `.ark`. */
export async function ansibleVenv(): Promise<string> {
  const given = process.env['ARK_TEST_VENV'];
  if (given !== undefined) return given;
  const installed = join(REPOSITORY, '.ark/venv');
  if (existsSync(join(installed, 'ark-stamp'))) return installed;
  const venv = join(REPOSITORY, '.ark/test-venv');
  if (!existsSync(join(venv, 'complete'))) {
    await run(['/usr/bin/python3', '-m', 'venv', venv], { timeoutMs: 60_000 });
    const requirements = join(REPOSITORY, 'jenkins/requirements.txt');
    await run([join(venv, 'bin/pip'), 'install', '--quiet', '-r', requirements], { timeoutMs: 180_000 });
    await run(['touch', join(venv, 'complete')]);
  }
  return venv;
}
