import type { BuildRecord } from '../model/build.ts';
import { jobPath } from '../run/build-environment.ts';
import type { BuildStore } from '../store/build-store.ts';
import { causeAction, interruptedAction, parametersAction } from './action-view.ts';

type View = Record<string, unknown>;

export const BUILD_CLASS = 'org.jenkinsci.plugins.workflow.job.WorkflowRun';

/** What Jenkins shows of a build when no tree is asked for (observed). */
export const DEFAULT_BUILD_TREE =
  'actions[*,parameters[*],causes[*]],artifacts[*],building,description,displayName,duration,estimatedDuration,' +
  'executor,fullDisplayName,id,keepLog,number,queueId,result,timestamp,url,changeSets,culprits,inProgress,' +
  'nextBuild[number,url],previousBuild[number,url]';

export function buildUrl(rootUrl: string, { job, number }: { job: string; number: number }): string {
  return `${rootUrl}${jobPath(job)}${number}/`;
}

export function buildReference(rootUrl: string, build: { job: string; number: number }): View {
  return { _class: BUILD_CLASS, number: build.number, url: buildUrl(rootUrl, build) };
}

/** A build as Jenkins exports it. Why it was interrupted is not shown at depth 0 without a tree (observed). */
export function buildView(
  build: BuildRecord,
  builds: BuildStore,
  { rootUrl, showInterruptions }: { rootUrl: string; showInterruptions: boolean },
): View {
  return {
    _class: BUILD_CLASS,
    actions: actionsOf(build, showInterruptions),
    artifacts: build.artifacts.map((path) => {
      const fileName = path.split('/').at(-1) ?? path;
      return { displayPath: fileName, fileName, relativePath: path };
    }),
    building: build.building,
    description: null,
    displayName: `#${build.number}`,
    duration: build.duration,
    estimatedDuration: () => estimate(builds.builds(build.job)),
    executor: build.building ? { _class: 'hudson.model.OneOffExecutor' } : null,
    fullDisplayName: `${build.job.replaceAll('/', ' » ')} #${build.number}`,
    id: String(build.number),
    keepLog: false,
    number: build.number,
    queueId: build.queue_id,
    result: build.result,
    timestamp: build.timestamp,
    url: buildUrl(rootUrl, build),
    changeSets: [],
    culprits: [],
    inProgress: build.building,
    nextBuild: () => neighbourView(nextTo(build, builds, 1), rootUrl),
    previousBuild: () => neighbourView(nextTo(build, builds, -1), rootUrl),
  };
}

function actionsOf(build: BuildRecord, showInterruptions: boolean): View[] {
  const parameters = build.parameters.length > 0 ? [parametersAction(build.parameters)] : [];
  const causes = causeAction(build.causes);
  const isAgain = build.causes.some((cause) => cause.kind !== 'user');
  const interrupted = build.interruptions.length > 0 ? [interruptedAction(build.interruptions)] : [];
  return [
    // a rebuild or replay carries its causes first (observed)
    ...(isAgain ? [causes, ...parameters] : [...parameters, causes]),
    // a real build is full of actions that export nothing: readers must step over them
    {},
    ...(showInterruptions ? interrupted : interrupted.map(({ _class }) => ({ _class }))),
    {},
    { _class: 'org.jenkinsci.plugins.displayurlapi.actions.RunDisplayAction' },
    { _class: 'org.jenkinsci.plugins.pipeline.modeldefinition.actions.RestartDeclarativePipelineAction' },
    {},
    { _class: 'org.jenkinsci.plugins.workflow.job.views.FlowGraphAction' },
    {},
  ];
}

/** The mean of the last three successful builds; -1 when there is none. */
function estimate(builds: readonly BuildRecord[]): number {
  const last = builds.filter((build) => build.result === 'SUCCESS' && !build.building).slice(-3);
  if (last.length === 0) return -1;
  return Math.round(last.reduce((sum, { duration }) => sum + duration, 0) / last.length);
}

function nextTo(build: BuildRecord, builds: BuildStore, step: 1 | -1): BuildRecord | undefined {
  const all = builds.builds(build.job);
  return all[all.indexOf(build) + step];
}

function neighbourView(other: BuildRecord | undefined, rootUrl: string): View | null {
  return other === undefined ? null : { number: other.number, url: buildUrl(rootUrl, other) };
}
