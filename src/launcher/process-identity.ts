import { readFileSync } from 'node:fs';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, from /proc/<pid>/stat. */
  readonly start: string;
}

/** Who runs under this number now. Undefined when nobody does, or only a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = read(`/proc/${String(pid)}/stat`);
  if (stat === undefined) return undefined;
  // the name in parentheses may hold spaces; state is the first field after it, start time the twentieth
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const start = fields[19];
  if (start === undefined || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { pid, start };
}

/** True while that very process runs. */
export function isAlive(process: ProcessIdentity): boolean {
  return identify(process.pid)?.start === process.start;
}

/** The command line with spaces between its words; empty when the process is gone. */
export function commandLine(pid: number): string {
  return (read(`/proc/${String(pid)}/cmdline`) ?? '').split('\0').join(' ').trim();
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
