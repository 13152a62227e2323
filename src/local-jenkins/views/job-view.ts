import type { JobServer } from '../job-server.ts';
import type { BuildRecord } from '../model/build.ts';
import { jobPath } from '../run/build-environment.ts';
import type { Job } from '../store/job-store.ts';
import { parametersProperty } from './action-view.ts';
import { buildReference, buildView } from './build-view.ts';
import { JOB_CLASS, jobColor } from './job-reference.ts';
import { queueItemView } from './queue-view.ts';

type View = Record<string, unknown>;

const REFERENCES =
  'firstBuild[number,url],lastBuild[number,url],lastCompletedBuild[number,url],lastFailedBuild[number,url],' +
  'lastStableBuild[number,url],lastSuccessfulBuild[number,url],lastUnstableBuild[number,url],' +
  'lastUnsuccessfulBuild[number,url]';

/** What Jenkins shows of a job when no tree is asked for (observed). */
export const DEFAULT_JOB_TREE =
  'actions[*],description,displayName,displayNameOrNull,fullDisplayName,fullName,name,url,buildable,' +
  `builds[number,url],color,healthReport[*],keepDependencies,${REFERENCES},nextBuildNumber,` +
  'property[parameterDefinitions[*,defaultParameterValue[*]]],concurrentBuild,disabled,inQueue,' +
  'queueItem[*,actions[*,parameters[*],causes[*]],task[name,url]],resumeBlocked';

const NEWEST = 100;

/** A job as Jenkins exports it. `builds` holds the newest 100, `allBuilds` every one, both newest first. */
export function jobView(server: JobServer, rootUrl: string, job: Job): View {
  const builds = [...server.builds.builds(job.name)].reverse();
  const queued = server.queue.waiting().find((item) => item.job === job.name);
  const name = job.name.split('/').at(-1) ?? job.name;
  const fullDisplayName = job.name.replaceAll('/', ' » ');
  const lazyBuilds = builds.map((build) => () => {
    return buildView(build, server.builds, { rootUrl, showInterruptions: true });
  });
  return {
    _class: JOB_CLASS,
    actions: [{}, {}, { _class: 'org.jenkinsci.plugins.displayurlapi.actions.JobDisplayAction' }],
    description: '',
    displayName: name,
    displayNameOrNull: null,
    fullDisplayName,
    fullName: job.name,
    name,
    url: rootUrl + jobPath(job.name),
    buildable: true,
    allBuilds: lazyBuilds,
    builds: lazyBuilds.slice(0, NEWEST),
    color: jobColor(server, job.name),
    healthReport: [],
    keepDependencies: false,
    ...permalinks(builds, rootUrl),
    nextBuildNumber: server.builds.nextNumber(job.name),
    property: parametersProperty(job.parameters),
    concurrentBuild: true,
    disabled: false,
    inQueue: queued !== undefined,
    queueItem: queued === undefined ? null : queueItemView(server, rootUrl, queued),
    resumeBlocked: false,
  };
}

type Test = (build: BuildRecord) => boolean;

const PERMALINKS: Readonly<Record<string, Test>> = {
  lastBuild: () => true,
  lastCompletedBuild: (build) => !build.building,
  lastFailedBuild: (build) => !build.building && build.result === 'FAILURE',
  lastStableBuild: (build) => !build.building && build.result === 'SUCCESS',
  lastSuccessfulBuild: (build) => !build.building && build.result === 'SUCCESS',
  lastUnstableBuild: () => false,
  lastUnsuccessfulBuild: (build) => !build.building && build.result !== 'SUCCESS',
};

/** The build behind `17`, `lastBuild`, `lastSuccessfulBuild` and so on. */
export function findBuild(server: JobServer, job: string, text: string): BuildRecord | undefined {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return server.builds.find(job, Number(text));
  const test = Object.hasOwn(PERMALINKS, text) ? PERMALINKS[text] : undefined;
  return test === undefined ? undefined : server.builds.builds(job).findLast(test);
}

function permalinks(newestFirst: readonly BuildRecord[], rootUrl: string): View {
  const reference = (build: BuildRecord | undefined): View | null =>
    build === undefined ? null : buildReference(rootUrl, build);
  const links = Object.entries(PERMALINKS).map(([name, test]) => [name, reference(newestFirst.find(test))]);
  return { firstBuild: reference(newestFirst.at(-1)), ...(Object.fromEntries(links) as View) };
}
