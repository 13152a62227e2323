import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runQuietly, succeeds } from './command.mjs';
import { step } from './report.mjs';

const NPM_TIMEOUT_MS = 10 * 60_000;
const QUIET = ['--no-audit', '--no-fund'];
/** Runs on the Node of the lock file, whatever npm the machine has. */
const NPM = 'npm@11.19.1';
/** The oldest Node that every package of the lock file takes: package.json, engines. */
const OLDEST_NODE = [22, 15];

/** Runs `npm ci` unless what is installed is what the lock file says. */
export async function ensureNodeModules(root) {
  if (isCurrent(root)) return;
  await step('Installing the npm packages', async () => {
    const tools = isOldNode() ? await installTools(root) : undefined;
    const npm = tools === undefined ? ['npm'] : [join(tools, 'node'), join(tools, '../npm/bin/npm-cli.js')];
    const path = tools === undefined ? process.env.PATH : [tools, process.env.PATH].join(delimiter);
    // some environments leave the development packages out unless told
    const argv = [...npm, 'ci', '--include=dev', ...QUIET];
    await runQuietly(argv, { timeoutMs: NPM_TIMEOUT_MS, cwd: root, env: { ...process.env, PATH: path } });
    rmSync(toolsFolder(root), { recursive: true, force: true });
  });
}

/**
 * npm leaves out optional packages that do not take the Node it runs on, without a word: the compiled parts of the
 * page builder, on an old Node. So the Node of the lock file comes first, and installs the rest. Returns the folder
 * of its programs.
 */
async function installTools(root) {
  const folder = toolsFolder(root);
  const { version } = packagesOf(join(root, 'package-lock.json'))['node_modules/node'];
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const argv = ['npm', 'install', '--no-save', ...QUIET, `node@${version}`, NPM];
  await runQuietly(argv, { timeoutMs: NPM_TIMEOUT_MS, cwd: folder });
  return join(folder, 'node_modules/.bin');
}

function toolsFolder(root) {
  return join(root, '.ark/install-tools');
}

function isOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
}

/** npm keeps a lock file of what it installed, written last: an interrupted install has none. */
function isCurrent(root) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(join(root, 'node_modules/.package-lock.json'));
  if (installed === undefined || wanted === undefined) return false;
  const same = Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.link) return true;
    return installed[path] === undefined ? mayBeMissing(entry) : installed[path].version === entry.version;
  });
  return same && succeeds([join(root, 'node_modules/.bin/node'), '--version']);
}

/** An optional package may be missing, unless it is the one for this very platform. */
function mayBeMissing({ optional, os, cpu, libc }) {
  if (optional !== true) return false;
  const isForUs = [
    [os, 'linux'],
    [cpu, process.arch],
    [libc, 'glibc'],
  ].every(([list, ours]) => list === undefined || list.includes(ours));
  return !isForUs || (os === undefined && cpu === undefined);
}

function packagesOf(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined;
}
