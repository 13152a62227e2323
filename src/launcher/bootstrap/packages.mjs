import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf, runQuietly, succeeds, whereIs } from './command.mjs';
import { say, step } from './report.mjs';
import { foundUnits, stopNewUnits, withoutServiceStarts } from './services.mjs';

const APT_TIMEOUT_MS = 10 * 60_000;
const LISTS = '/var/lib/apt/lists';
const FRESH_MS = 60 * 60_000;
const LISTS_TRIES = 4;
const LISTS_RETRY_MS = 10_000;
const ENV = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1', LC_ALL: 'C.UTF-8' };
const OPTIONS = ['-o', 'DPkg::Lock::Timeout=180', '-o', 'Dpkg::Use-Pty=0', '-q'];

const has = (program) => () => whereIs(program) !== undefined;
const isComposeThere = () => has('docker-compose')() || succeeds(['docker', 'compose', 'version']);
// only a dynamic program names its loader; ldd fails on a static one
const isBusyboxStatic = () => has('busybox')() && !succeeds(['ldd', whereIs('busybox')]);
const isBrowserThere = () => ['chromium', 'chromium-browser', 'google-chrome'].some((name) => has(name)());
const isApparmorServed = () =>
  !existsSync('/sys/module/apparmor/parameters/enabled') || has('apparmor_parser')();

/** How to see that a need is met, and the packages that meet it, first choice first. */
const NEEDS = [
  { isMet: has('redis-server'), packages: ['redis-server'] },
  { isMet: has('dockerd'), packages: ['docker.io'] },
  { isMet: has('docker'), packages: ['docker-cli', 'docker.io'] },
  { isMet: isComposeThere, packages: ['docker-compose-v2', 'docker-compose'] },
  { isMet: () => existsSync('/usr/sbin/sshd'), packages: ['openssh-server'] },
  { isMet: has('ssh-keygen'), packages: ['openssh-client'] },
  { isMet: has('iptables'), packages: ['iptables'] },
  { isMet: has('ip'), packages: ['iproute2'] },
  { isMet: isBusyboxStatic, packages: ['busybox-static'] },
  { isMet: has('nginx'), packages: ['nginx-light', 'nginx'] },
  { isMet: () => succeeds(['/usr/bin/python3', '-c', 'import ensurepip, venv']), packages: ['python3-venv'] },
  { isMet: isApparmorServed, packages: ['apparmor'] },
];
const TEST_NEEDS = [
  { isMet: isBrowserThere, packages: ['chromium'] },
  { isMet: has('systemd-analyze'), packages: ['systemd'] },
];

/** Installs the system packages that are missing, without starting a service. */
export async function ensurePackages(forWhat) {
  const needs = forWhat === 'test' ? [...NEEDS, ...TEST_NEEDS] : NEEDS;
  const missing = needs.filter((need) => !need.isMet());
  if (missing.length === 0) return;
  await refreshLists();
  const names = [...new Set(missing.map(({ packages }) => packages.find(isOffered) ?? packages[0]))];
  await step(`Installing ${names.join(', ')}`, async () => {
    const before = foundUnits();
    await withoutServiceStarts(() => apt(['install', '-y', '--no-install-recommends', ...names]));
    stopNewUnits(before);
  });
}

function isOffered(name) {
  const policy = outputOf(['apt-cache', 'policy', name]);
  return policy.includes('Candidate:') && !policy.includes('Candidate: (none)');
}

/** Lists read within the last hour are kept; the update waits for another apt within bounds. */
async function refreshLists() {
  if (areListsFresh()) return;
  await step('Reading the package lists', () => updateLists(LISTS_TRIES));
}

async function updateLists(triesLeft) {
  try {
    await apt(['update']);
  } catch (error) {
    if (triesLeft <= 1 || !/could not get lock|unable to lock/i.test(error.message)) throw error;
    say('Another apt is running; waiting for it …');
    await new Promise((done) => setTimeout(done, LISTS_RETRY_MS));
    await updateLists(triesLeft - 1);
  }
}

function areListsFresh() {
  // apt works in `partial` at every update, and leaves the lists' own times as the server gave them
  const readAt = statSync(join(LISTS, 'partial'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const haveLists = readdirSync(LISTS).some((name) => name.includes('_Packages'));
  return haveLists && Date.now() - readAt < FRESH_MS;
}

async function apt(args) {
  await runQuietly(['apt-get', ...OPTIONS, ...args], { timeoutMs: APT_TIMEOUT_MS, env: ENV });
}
