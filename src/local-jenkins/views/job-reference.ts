import type { JobServer } from '../job-server.ts';
import { jobPath } from '../run/build-environment.ts';
import type { Job } from '../store/job-store.ts';

export const JOB_CLASS = 'org.jenkinsci.plugins.workflow.job.WorkflowJob';
export const FOLDER_CLASS = 'com.cloudbees.hudson.plugins.folder.Folder';

/** The color of the ball in front of a job's name; `_anime` while a build runs. */
export function jobColor(server: JobServer, job: string): string {
  const builds = server.builds.builds(job);
  const last = builds.findLast((build) => build.result !== null && !build.building)?.result;
  const color =
    last === 'SUCCESS' ? 'blue' : last === 'FAILURE' ? 'red' : last === 'ABORTED' ? 'aborted' : 'notbuilt';
  return builds.some((build) => build.building) ? `${color}_anime` : color;
}

export function jobReference(server: JobServer, rootUrl: string, job: Job): Record<string, unknown> {
  const name = job.name.split('/').at(-1) ?? job.name;
  return { _class: JOB_CLASS, name, url: rootUrl + jobPath(job.name), color: jobColor(server, job.name) };
}
