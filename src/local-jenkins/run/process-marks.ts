import { readFileSync, readdirSync } from 'node:fs';

/** Every process of a build carries its cookie under this name, as on a real Jenkins. */
export const COOKIE_VARIABLE = 'JENKINS_NODE_COOKIE';

/**
 * The process groups that hold a live process with this cookie. Reading the cookie back is what proves that a
 * recorded or remembered process is ours: numbers of processes are used again. Empty where there is no /proc.
 */
export function groupsWithCookie(cookie: string): number[] {
  const mark = Buffer.from(`\0${COOKIE_VARIABLE}=${cookie}\0`);
  const groups = listProcesses().flatMap((pid) => {
    const environment = readQuietly(`/proc/${pid}/environ`);
    if (environment === undefined) return [];
    const framed = Buffer.concat([Buffer.from('\0'), environment, Buffer.from('\0')]);
    return framed.includes(mark) ? groupOf(pid) : [];
  });
  return [...new Set(groups)];
}

/** Sends a signal to each group with this cookie. Returns how many groups there were. */
export function signalCookie(cookie: string, signal: NodeJS.Signals): number {
  const groups = groupsWithCookie(cookie);
  for (const group of groups) signalGroup(group, signal);
  return groups.length;
}

/** Signals a process group that is known to be ours; a group that has just ended is fine. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  // 0 and 1 would mean ourselves and everybody
  if (group <= 1) return;
  try {
    process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function listProcesses(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^[1-9][0-9]*$/.test(name));
  } catch {
    return [];
  }
}

/** Field 5 of /proc/<pid>/stat; the name in field 2 may hold blanks and brackets, so count from its end. */
function groupOf(pid: string): number[] {
  const stat = readQuietly(`/proc/${pid}/stat`)?.toString('latin1');
  const group = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
  return Number.isInteger(group) && group > 1 ? [group] : [];
}

function readQuietly(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
