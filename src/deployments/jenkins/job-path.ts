import type { BuildRef, JobName } from '../build-server.ts';

/** `team/deploy app` → `/job/team/job/deploy%20app`, below the base address. */
export function jobPath(job: JobName): string {
  const segments = job.split('/').filter((segment) => segment !== '');
  if (segments.length === 0 || segments.some((segment) => segment === '.' || segment === '..')) {
    throw new RangeError('not the name of a job');
  }
  return segments.map((segment) => `/job/${encodeURIComponent(segment)}`).join('');
}

export function buildPath({ job, number }: BuildRef): string {
  return `${jobPath(job)}/${number}`;
}

/** True for the page of this build and those below it. Jenkins encodes fewer characters than we do. */
export function isBelowBuild(path: string, ref: BuildRef): boolean {
  try {
    return decodeURIComponent(path).startsWith(`${decodeURIComponent(buildPath(ref))}/`);
  } catch {
    return false;
  }
}

/**
 * The job whose page this address is, absolute or relative, below whatever base: Jenkins builds addresses
 * from its configured root, which need not be the one that we use. Undefined for any other page.
 */
export function jobOfAddress(address: string): JobName | undefined {
  const path = URL.canParse(address, 'http://any') ? new URL(address, 'http://any').pathname : '';
  const chain = /(?:\/job\/[^/]+)+\/?$/.exec(path)?.[0];
  if (chain === undefined) return undefined;
  try {
    return chain.split('/job/').slice(1).map(decodeSegment).join('/');
  } catch {
    return undefined;
  }
}

function decodeSegment(segment: string): string {
  return decodeURIComponent(segment.replace(/\/$/, ''));
}
