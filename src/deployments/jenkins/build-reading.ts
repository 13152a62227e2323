import type { Build, BuildRef } from '../build-server.ts';
import { ACTIONS_TREE, readActions } from './action-reading.ts';
import { countOf, fieldsOf, flagOf, listOf, Misread, type Fields } from './json-reading.ts';

export const BUILD_TREE = `number,building,result,timestamp,${ACTIONS_TREE}`;

const RESULTS = ['SUCCESS', 'FAILURE', 'UNSTABLE', 'ABORTED', 'NOT_BUILT'] as const;

type Result = (typeof RESULTS)[number];

/**
 * One build as `BUILD_TREE` shows it. Jenkins may set `result` while the build still runs, so it is taken only
 * with building = false; no result then (a build whose record is being written) still counts as running.
 * Throws Misread.
 */
export function readBuildFields(build: Fields, job: string, addressOf: (ref: BuildRef) => string): Build {
  const number = countOf(build['number'], 'number');
  const building = flagOf(build['building'], 'building');
  const result = resultOf(build['result']);
  const { parameters, causes, interruptions } = readActions(build['actions']);
  const running = building || result === undefined;
  const interruption = interruptions[0];
  return {
    job,
    number,
    timestamp: countOf(build['timestamp'], 'timestamp'),
    running,
    ...(running ? {} : { result }),
    parameters,
    causes,
    ...(interruption ? { interrupted_by: interruption.text } : {}),
    url: addressOf({ job, number }),
  };
}

/** The builds in one range of `allBuilds`, newest first. */
export function readBuildList(answer: Fields): readonly Fields[] {
  return listOf(answer['allBuilds'], 'allBuilds').map((each) => fieldsOf(each, 'allBuilds'));
}

function resultOf(value: unknown): Result | undefined {
  if (value === null || value === undefined) return undefined;
  const result = RESULTS.find((each) => each === value);
  if (!result) throw new Misread('result');
  return result;
}
