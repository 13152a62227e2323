import { isUser, type Build, type BuildCause } from '../build-server.ts';
import { readBuildFields, readBuildList } from './build-reading.ts';
import type { Fields } from './json-reading.ts';

/** The builds in one range, newest first. */
export type BuildPage = readonly Build[];

export interface Wanted {
  readonly deploymentId: string;
  readonly sinceMs: number;
  /** Our own account. */
  readonly user: string;
}

const PAGE = 50;
/** Builds that start or go between two readings move the ranges: read a few twice rather than none. */
const OVERLAP = 5;
const MOST_PAGES = 100;
/** How far the clock of Jenkins may be behind ours. */
const CLOCK_DIFFERENCE_MS = 5 * 60_000;

/**
 * Reads builds range by range until they are older than `sinceMs`, and returns the one that carries the
 * deployment's id and was started by our account: by it alone if there is such a one, else the oldest (a
 * retry by a plugin names the original cause too). `builds` would show the newest 100 only, hence `allBuilds`.
 */
export async function findBuild(
  readPage: (range: string) => Promise<BuildPage>,
  { deploymentId, sinceMs, user }: Wanted,
): Promise<Build | undefined> {
  const found: Build[] = [];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const from = page * (PAGE - OVERLAP);
    const builds = await readPage(`{${from},${from + PAGE}}`);
    const wanted = builds.filter((build) => build.parameters['DEPLOYMENT_ID'] === deploymentId);
    found.push(...wanted.filter((build) => namesUs(build.causes, user)));
    const oldest = builds.at(-1);
    if (builds.length < PAGE || !oldest || oldest.timestamp < sinceMs - CLOCK_DIFFERENCE_MS) break;
  }
  found.sort((a, b) => a.number - b.number);
  return found.find((build) => build.causes.every((cause) => isUser(cause, user))) ?? found[0];
}

/** Whether our account is among the causes. */
export function namesUs(causes: readonly BuildCause[], user: string): boolean {
  return causes.some((cause) => isUser(cause, user));
}

export function readPageFields(
  answer: Fields,
  job: string,
  addressOf: Parameters<typeof readBuildFields>[2],
): BuildPage {
  return readBuildList(answer).map((fields) => readBuildFields(fields, job, addressOf));
}
