import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf, runQuietly } from './command.mjs';
import { step } from './report.mjs';

const PYTHON = '/usr/bin/python3';
const PIP_TIMEOUT_MS = 5 * 60_000;

/** ansible-core: the same file that an installation into a real Jenkins uses. */
const FOR_ANSIBLE = { name: 'venv', requirements: 'jenkins/requirements.txt', what: 'ansible-core' };
/** Apart from ansible-core, so that neither decides which version of a library the other gets. */
const FOR_TESTS = { name: 'schemathesis', requirements: 'test/requirements.txt', what: 'schemathesis' };

/** Makes `.ark/venv`, and for tests `.ark/schemathesis`. */
export async function ensureVenvs(root, needs) {
  await ensureVenv(root, FOR_ANSIBLE);
  if (needs === 'test') await ensureVenv(root, FOR_TESTS);
}

/** Makes it again when Python, the versions wanted or the project's place changed. */
async function ensureVenv(root, { name, requirements, what }) {
  const venv = join(root, '.ark', name);
  const stampPath = join(venv, 'ark-stamp');
  const wanted = join(root, requirements);
  const facts = [venv, outputOf([PYTHON, '--version']), readFileSync(wanted, 'utf8')];
  const stamp = createHash('sha256').update(facts.join('\n')).digest('hex');
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp) return;
  await step(`Installing ${what} into .ark/${name}`, async () => {
    rmSync(venv, { recursive: true, force: true });
    await runQuietly([PYTHON, '-m', 'venv', venv], { timeoutMs: PIP_TIMEOUT_MS });
    const pip = [join(venv, 'bin/pip'), 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
    await runQuietly([...pip, '-r', wanted], { timeoutMs: PIP_TIMEOUT_MS });
    writeFileSync(stampPath, stamp);
  });
}
