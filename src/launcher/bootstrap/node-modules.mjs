import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly, succeeds } from './command.mjs';
import { step } from './report.mjs';

const NPM_TIMEOUT_MS = 10 * 60_000;

/** Runs `npm ci` unless what is installed is what the lock file says. */
export async function ensureNodeModules(root) {
  if (isCurrent(root)) return;
  await step('Installing the npm packages', () =>
    // some environments leave the development packages out unless told
    runQuietly(['npm', 'ci', '--include=dev', '--no-audit', '--no-fund'], {
      timeoutMs: NPM_TIMEOUT_MS,
      cwd: root,
    }),
  );
}

/** npm keeps a lock file of what it installed, written last: an interrupted install has none. */
function isCurrent(root) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(join(root, 'node_modules/.package-lock.json'));
  if (installed === undefined || wanted === undefined) return false;
  const same = Object.entries(wanted).every(([path, { version, optional, link }]) => {
    if (path === '' || link) return true;
    return installed[path] === undefined ? optional === true : installed[path].version === version;
  });
  return same && succeeds([join(root, 'node_modules/.bin/node'), '--version']);
}

function packagesOf(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined;
}
