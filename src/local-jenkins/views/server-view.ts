import type { JobServer } from '../job-server.ts';
import { jobPath } from '../run/build-environment.ts';
import type { Job } from '../store/job-store.ts';
import { FOLDER_CLASS, jobReference } from './job-reference.ts';

type View = Record<string, unknown>;

/** What Jenkins shows of itself when no tree is asked for (observed). */
export const DEFAULT_SERVER_TREE =
  'assignedLabels[name],mode,nodeDescription,nodeName,numExecutors,description,jobs[name,url,color],overallLoad,' +
  'primaryView[name,url],quietDownReason,quietingDown,slaveAgentPort,unlabeledLoad,url,useCrumbs,useSecurity,' +
  'views[name,url]';

export function serverView(server: JobServer, rootUrl: string, executors: number): View {
  const view = { _class: 'hudson.model.AllView', name: 'all', url: rootUrl };
  return {
    _class: 'hudson.model.Hudson',
    assignedLabels: [{ name: 'built-in' }],
    mode: 'NORMAL',
    nodeDescription: "Ark's local job server, not Jenkins",
    nodeName: '',
    numExecutors: executors,
    description: null,
    jobs: () => childrenOf(server, rootUrl, ''),
    overallLoad: {},
    primaryView: view,
    quietDownReason: null,
    quietingDown: server.queue.isPaused,
    slaveAgentPort: -1,
    unlabeledLoad: { _class: 'jenkins.model.UnlabeledLoadStatistics' },
    url: rootUrl,
    useCrumbs: true,
    useSecurity: true,
    views: [view],
  };
}

/** A folder holds what lies below its name; undefined when nothing does. */
export function folderView(server: JobServer, rootUrl: string, folder: string): View | undefined {
  const jobs = childrenOf(server, rootUrl, `${folder}/`);
  if (jobs.length === 0) return undefined;
  const name = folder.split('/').at(-1);
  return {
    _class: FOLDER_CLASS,
    displayName: name,
    fullName: folder,
    name,
    url: rootUrl + jobPath(folder),
    jobs,
  };
}

function childrenOf(server: JobServer, rootUrl: string, prefix: string): View[] {
  const inside = server.jobs.all().filter((job) => job.name.startsWith(prefix));
  const isHere = (job: Job): boolean => !job.name.slice(prefix.length).includes('/');
  const folders = new Set(
    inside.filter((job) => !isHere(job)).map((job) => job.name.slice(prefix.length).split('/')[0] ?? ''),
  );
  const folderViews = [...folders].map((name) => folderView(server, rootUrl, prefix + name) ?? {});
  return [...inside.filter(isHere).map((job) => jobReference(server, rootUrl, job)), ...folderViews];
}
