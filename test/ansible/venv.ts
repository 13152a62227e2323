import { pythonVenv } from '../testbed/python-venv.ts';

/** Folder of a Python environment with the pinned ansible-core; ARK_TEST_VENV names another one. */
export async function ansibleVenv(): Promise<string> {
  const requirements = 'jenkins/requirements.txt';
  return process.env['ARK_TEST_VENV'] ?? pythonVenv({ installed: 'venv', own: 'test-venv', requirements });
}
