import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf, runQuietly } from './command.mjs';
import { step } from './report.mjs';

const PYTHON = '/usr/bin/python3';
const PIP_TIMEOUT_MS = 5 * 60_000;

/** Makes `.ark/venv` with ansible-core, again when Python, the version wanted or the project's place changed. */
export async function ensureVenv(root) {
  const venv = join(root, '.ark/venv');
  const stampPath = join(venv, 'ark-stamp');
  // the same file that an installation into a real Jenkins uses
  const requirements = join(root, 'jenkins/requirements.txt');
  const facts = [venv, outputOf([PYTHON, '--version']), readFileSync(requirements, 'utf8')];
  const stamp = createHash('sha256').update(facts.join('\n')).digest('hex');
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp) return;
  await step('Installing ansible-core into .ark/venv', async () => {
    rmSync(venv, { recursive: true, force: true });
    await runQuietly([PYTHON, '-m', 'venv', venv], { timeoutMs: PIP_TIMEOUT_MS });
    const pip = [join(venv, 'bin/pip'), 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
    await runQuietly([...pip, '-r', requirements], { timeoutMs: PIP_TIMEOUT_MS });
    writeFileSync(stampPath, stamp);
  });
}
