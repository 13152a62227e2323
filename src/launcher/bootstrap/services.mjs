import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { succeeds, whereIs } from './command.mjs';

const POLICY = '/usr/sbin/policy-rc.d';
const MARK = '# Made by the Ark Deploy launcher while it installs packages';
const UNITS = [
  'redis-server.service',
  'docker.service',
  'docker.socket',
  'containerd.service',
  'ssh.service',
  'ssh.socket',
  'nginx.service',
];
const UNIT_FOLDERS = ['/usr/lib/systemd/system', '/lib/systemd/system', '/etc/systemd/system'];

/** Runs `work` while packages may not start their services. A policy that the machine has is left alone. */
export async function withoutServiceStarts(work) {
  if (existsSync(POLICY) && !readFileSync(POLICY, 'utf8').includes(MARK)) return work();
  writeFileSync(POLICY, `#!/bin/sh\n${MARK}\nexit 101\n`, { mode: 0o755 });
  const remove = () => rmSync(POLICY, { force: true });
  const leave = () => {
    remove();
    process.exit(1);
  };
  process.once('SIGINT', leave).once('SIGTERM', leave);
  try {
    return await work();
  } finally {
    remove();
    process.off('SIGINT', leave).off('SIGTERM', leave);
  }
}

/** Those of our units that the machine has. */
export function foundUnits() {
  return UNITS.filter((unit) => UNIT_FOLDERS.some((folder) => existsSync(`${folder}/${unit}`)));
}

/** Stops and disables the units that came since `before`: the demo runs processes of its own. */
export function stopNewUnits(before) {
  const added = foundUnits().filter((unit) => !before.includes(unit));
  if (added.length === 0 || whereIs('systemctl') === undefined) return;
  const isRunning = existsSync('/run/systemd/system');
  succeeds(['systemctl', 'disable', ...(isRunning ? ['--now'] : []), ...added]);
}
