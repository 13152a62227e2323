import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { pollUntil } from '../platform/polling.ts';
import { bridgeOwner } from './host-network.ts';
import { commandLine, identify, isAlive } from './process-identity.ts';

const CGROUP_ROOT = '/sys/fs/cgroup';
const GONE_TIMEOUT_MS = 10_000;

export interface HostLeftovers {
  /** The host's state folder. */
  readonly dir: string;
  /** The control group above all its containers. */
  readonly group: string;
  readonly signal: AbortSignal;
}

/**
 * Ends what an earlier run of this host left: its first process (the kernel then ends all others of its pid
 * namespace) and whatever still sits in its control group. Nothing else is touched: the recorded number counts only
 * while its command line names this very folder.
 */
export async function stopHostLeftovers({ dir, group, signal }: HostLeftovers): Promise<void> {
  const init = recordedInit(dir);
  if (init !== undefined) kill(init.pid);
  const check = async (): Promise<true | undefined> => {
    const left = groupFolders(group).flatMap(processesBelow);
    left.forEach(kill);
    const gone = left.length === 0 && (init === undefined || !isAlive(init));
    return Promise.resolve(gone ? true : undefined);
  };
  const gone = await pollUntil(check, { everyMs: 50, timeoutMs: GONE_TIMEOUT_MS, signal });
  if (gone === undefined) throw new Error(`Processes of an earlier client host in ${dir} do not end`);
}

/** Removes the host's empty control groups. Repeatable. */
export async function removeHostGroup(group: string): Promise<void> {
  const check = async (): Promise<true | undefined> => {
    groupFolders(group).forEach(removeFolders);
    return Promise.resolve(groupFolders(group).length === 0 ? true : undefined);
  };
  await pollUntil(check, { everyMs: 50, timeoutMs: 2000, signal: new AbortController().signal });
}

/**
 * Removes the empty control groups that killed launchers left: those whose name `pattern` fits, and whose bridge, its
 * first group, has no living owner. Repeatable.
 */
export async function sweepHostGroups(pattern: RegExp): Promise<void> {
  const found = hostGroups(pattern).map((name) => ({ name, bridge: pattern.exec(name)?.[1] ?? '' }));
  for (const bridge of new Set(found.map((one) => one.bridge))) {
    if ((await bridgeOwner(bridge)) === 'alive') continue;
    const left = found.filter((one) => one.bridge === bridge);
    await Promise.all(left.map(async ({ name }) => removeHostGroup(name)));
  }
}

/** Names of the hosts' control groups on this machine that fit. */
export function hostGroups(pattern: RegExp): readonly string[] {
  const below = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  const controllers = below(CGROUP_ROOT);
  const all = [...controllers, ...controllers.flatMap((name) => below(join(CGROUP_ROOT, name)))];
  return [...new Set(all.filter((name) => pattern.test(name)))];
}

function recordedInit(dir: string): ReturnType<typeof identify> {
  const path = join(dir, 'init.pid');
  if (!existsSync(path)) return undefined;
  const pid = Number(readFileSync(path, 'utf8'));
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  const words = commandLine(pid);
  return words.includes('client-host.sh') && words.includes(` ${dir} `) ? identify(pid) : undefined;
}

/** Of cgroup v2 there is one folder, of v1 one per controller. */
function groupFolders(group: string): string[] {
  const controllers = readdirSync(CGROUP_ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(CGROUP_ROOT, entry.name, group));
  return [join(CGROUP_ROOT, group), ...controllers].filter((folder) => existsSync(folder));
}

function processesBelow(folder: string): number[] {
  return foldersBelow(folder).flatMap((path) => {
    try {
      return readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
    } catch {
      return []; // gone meanwhile
    }
  });
}

function foldersBelow(folder: string): string[] {
  try {
    const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [folder, ...below.flatMap((entry) => foldersBelow(join(folder, entry.name)))];
  } catch {
    return [];
  }
}

function removeFolders(folder: string): void {
  for (const path of foldersBelow(folder).reverse()) {
    try {
      rmdirSync(path);
    } catch {
      // still has processes for a moment; the caller comes again
    }
  }
}

function kill(pid: number): void {
  if (pid <= 1) return; // 0 in a control group is a process of another pid namespace
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // already gone
  }
}
