import type { Host } from '../hosts/host.ts';
import type { Deployment } from './deployment.ts';
import type { Instance } from './instance.ts';
import type { Release } from './release.ts';

/** Everything that the Jenkins jobs declare; a test holds the Jenkinsfiles against it. */
export const JOB_PARAMETERS = [
  'DEPLOYMENT_ID',
  'INSTANCE_ID',
  'PRODUCT_ID',
  'ENV',
  'TARGET_HOST',
  'SSH_USER',
  'WEB_SERVICE',
  'WEB_PORT',
] as const;

export type JobParameters = Readonly<Record<(typeof JOB_PARAMETERS)[number], string>>;

export interface JobSubject {
  readonly deploymentId: Deployment['id'] | '';
  readonly instance: Instance;
  readonly host: Host;
  readonly release?: Release | undefined;
}

/** What we send; only the two ids count, the rest is there for people to read. */
export function toJobParameters({ deploymentId, instance, host, release }: JobSubject): JobParameters {
  const primary = release?.product.endpoints.find((endpoint) => endpoint.primary);
  return {
    DEPLOYMENT_ID: deploymentId,
    INSTANCE_ID: instance.id,
    PRODUCT_ID: instance.product_id,
    ENV: instance.environment,
    TARGET_HOST: host.address,
    SSH_USER: host.ssh_user,
    WEB_SERVICE: primary?.service ?? '',
    WEB_PORT: primary ? String(primary.port) : '',
  };
}

/** Names of the fields that carry something other than what we sent; blank counts as not given. */
export function editedFields(given: Readonly<Record<string, string>>, sent: JobParameters): string[] {
  return JOB_PARAMETERS.filter((name) => {
    const value = given[name] ?? '';
    return value !== '' && sent[name] !== '' && value !== sent[name];
  });
}
