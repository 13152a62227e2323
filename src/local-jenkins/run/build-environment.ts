import { hostname } from 'node:os';
import { COOKIE_VARIABLE } from './process-marks.ts';
import type { BuildRecord } from '../model/build.ts';

export interface EnvironmentSource {
  readonly build: BuildRecord;
  readonly rootUrl: string;
  readonly home: string;
  readonly workspace: string;
  readonly temporary: string;
  readonly executor: number;
  /** What the server hands on of its own environment. */
  readonly inherited: Readonly<Record<string, string>>;
}

/** The variables that Jenkins gives every step (observed), then the parameters. */
export function buildEnvironment(source: EnvironmentSource): Record<string, string> {
  const { build, rootUrl } = source;
  const number = String(build.number);
  const jobUrl = rootUrl + jobPath(build.job);
  return {
    ...source.inherited,
    BUILD_DISPLAY_NAME: `#${number}`,
    BUILD_ID: number,
    BUILD_NUMBER: number,
    BUILD_TAG: `jenkins-${build.job.replaceAll('/', '-')}-${number}`,
    BUILD_URL: `${jobUrl}${number}/`,
    EXECUTOR_NUMBER: String(source.executor),
    HUDSON_COOKIE: build.cookie,
    HUDSON_URL: rootUrl,
    [COOKIE_VARIABLE]: build.cookie,
    JENKINS_HOME: source.home,
    JENKINS_URL: rootUrl,
    JOB_BASE_NAME: build.job.split('/').at(-1) ?? build.job,
    JOB_DISPLAY_URL: `${jobUrl}display/redirect`,
    JOB_NAME: build.job,
    JOB_URL: jobUrl,
    NODE_LABELS: 'built-in',
    NODE_NAME: 'built-in',
    RUN_DISPLAY_URL: `${jobUrl}${number}/display/redirect`,
    WORKSPACE: source.workspace,
    WORKSPACE_TMP: source.temporary,
    ARK_LOCAL_JENKINS: hostname(),
    ...Object.fromEntries(build.parameters.map(({ name, value }) => [name, String(value)])),
  };
}

/** `team/deploy` → `job/team/job/deploy/`. */
export function jobPath(name: string): string {
  return name
    .split('/')
    .map((part) => `job/${encodeURIComponent(part)}/`)
    .join('');
}
