import { readFileSync } from 'node:fs';
import { outputOf, whereIs } from './command.mjs';
import { Refusal } from './report.mjs';

const OLDEST_PYTHON = [3, 11]; // of ansible-core 2.19

/** What a machine needs, for people whose system the launcher does not set up. */
export const NEEDED = [
  'Debian 12 or Ubuntu 24.04 (or newer) with apt, and root: client hosts are Linux namespaces',
  'Node.js 18 or newer with npm',
  'redis-server, nginx, OpenSSH server and client',
  'Docker engine and client, Docker Compose (v2, or v1.29)',
  'iproute2, iptables, busybox-static',
  'Python 3.11 or newer with venv',
  'for the tests also Chromium',
];

/** Throws Refusal, with everything that is wrong and the list of what is needed, before anything is changed. */
export function checkSystem(env) {
  const wrong = faults(env);
  if (wrong.length === 0) return;
  const list = (lines) => lines.map((line) => `  - ${line}`).join('\n');
  throw new Refusal(`This machine cannot run the demo as it is:\n${list(wrong)}\nIt takes:\n${list(NEEDED)}`);
}

function faults(env) {
  if (process.platform !== 'linux') return [`the system is ${process.platform}, not Linux`];
  const wrong = [];
  if (process.getuid() !== 0) wrong.push('not root: run it as root, for example with sudo');
  const system = readSystem(env.ARK_OS_RELEASE ?? '/etc/os-release');
  if (!system.isDebian) wrong.push(`the system is ${system.name}, neither Debian nor Ubuntu`);
  else if (whereIs('apt-get') === undefined) wrong.push('apt-get is missing');
  const python = outputOf(['/usr/bin/python3', '-c', 'import sys; print(*sys.version_info[:2])']);
  if (python !== '' && isOlder(python.split(' ').map(Number))) {
    wrong.push(`/usr/bin/python3 is ${python.replace(' ', '.')}, older than ${OLDEST_PYTHON.join('.')}`);
  }
  return wrong;
}

function isOlder([major, minor]) {
  return major < OLDEST_PYTHON[0] || (major === OLDEST_PYTHON[0] && minor < OLDEST_PYTHON[1]);
}

function readSystem(path) {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // a system without this file is none that we know
  }
  const value = (key) => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  const kinds = [value('ID'), ...value('ID_LIKE').split(' ')];
  return {
    name: value('PRETTY_NAME') || 'unknown',
    isDebian: kinds.includes('debian') || kinds.includes('ubuntu'),
  };
}
