import Joi from 'joi';
import { neededBy, setting, webUrl, wholeNumber } from './setting.ts';

export interface StoreSettings {
  ARK_REDIS_URL: string;
  ARK_REDIS_PREFIX: string;
}

export const storeSettings: Joi.StrictSchemaMap<StoreSettings> = {
  ARK_REDIS_URL: setting(
    Joi.string()
      .uri({ scheme: ['redis', 'rediss', 'unix'] })
      .default('redis://127.0.0.1:6379'),
    {
      summary:
        'The Redis that holds all state. It needs version 7 and `appendonly yes`, `appendfsync always`, `maxmemory-policy noeviction`; without them a coordinator warns, and with NODE_ENV=production refuses to start. May carry a password.',
      secret: true,
    },
  ),
  ARK_REDIS_PREFIX: setting(
    Joi.string()
      .pattern(
        /^[a-z0-9:_-]*\{[a-z0-9_-]+\}[a-z0-9:_-]*:$/,
        'prefix with one {hash tag} that ends in a colon',
      )
      .default('ark:{ark}:'),
    { summary: 'Start of every key. Installations that share one Redis have different prefixes.' },
  ),
};

export interface JenkinsSettings {
  ARK_JENKINS_URL?: string;
  ARK_JENKINS_USER?: string;
  ARK_JENKINS_TOKEN?: string;
  ARK_DEPLOY_JOB: string;
  ARK_DESTROY_JOB: string;
  ARK_JENKINS_TIMEOUT_S: number;
  ARK_JENKINS_POLL_MS: number;
}

const jobName = (): Joi.StringSchema =>
  Joi.string().pattern(/^[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*$/, 'job name, with / between folders');

export const jenkinsSettings: Joi.StrictSchemaMap<JenkinsSettings> = {
  ARK_JENKINS_URL: setting(neededBy('coordinator', webUrl()), {
    summary: 'Where Jenkins is, as the coordinator reaches it.',
    role: 'coordinator',
    example: 'http://127.0.0.1:8080',
  }),
  ARK_JENKINS_USER: setting(neededBy('coordinator', Joi.string().max(100)), {
    summary:
      'Account in Jenkins that triggers the jobs. Builds with another cause count as started by an operator.',
    role: 'coordinator',
    example: 'ark',
  }),
  ARK_JENKINS_TOKEN: setting(neededBy('coordinator', Joi.string().max(200)), {
    summary: 'API token of that account.',
    secret: true,
    role: 'coordinator',
  }),
  ARK_DEPLOY_JOB: setting(jobName().default('ark-deploy-instance'), {
    summary: 'Job that deploys, stops and starts; folders are allowed.',
    role: 'coordinator',
  }),
  ARK_DESTROY_JOB: setting(jobName().default('ark-destroy-instance'), {
    summary: 'Job that removes instances; folders are allowed.',
    role: 'coordinator',
  }),
  ARK_JENKINS_TIMEOUT_S: setting(wholeNumber(1, 120).default(10), {
    summary: 'Longest time for one call to Jenkins.',
    unit: 's',
    role: 'coordinator',
  }),
  ARK_JENKINS_POLL_MS: setting(wholeNumber(50, 60_000).default(1_000), {
    summary: 'How often an unfinished deployment is looked up in Jenkins.',
    unit: 'ms',
    role: 'coordinator',
  }),
};

export interface DeploymentSettings {
  ARK_PRODUCTS_DIR: string;
  ARK_HOST_SLOTS: number;
  ARK_DEADLINE_S: number;
  ARK_PORT_QUARANTINE_S: number;
  ARK_PROBE_TOTAL_S: number;
  ARK_BUILD_LOGS_MIB: number;
  ARK_SSH_KEY?: string;
}

const PRIVATE_KEY =
  /^-----BEGIN [A-Z ]*PRIVATE KEY-----[\r\n][A-Za-z0-9+/=\r\n]+-----END [A-Z ]*PRIVATE KEY-----$/;

export const deploymentSettings: Joi.StrictSchemaMap<DeploymentSettings> = {
  ARK_PRODUCTS_DIR: setting(Joi.string().allow('').default(''), {
    summary: 'Folders with further products, with `:` between them. The built-in products are always there.',
    role: 'coordinator',
  }),
  ARK_HOST_SLOTS: setting(wholeNumber(1, 50).default(2), {
    summary: 'Deployments that may be active on one host at once, unless the host says otherwise.',
    role: 'coordinator',
  }),
  ARK_DEADLINE_S: setting(wholeNumber(60, 86_400).default(900), {
    summary:
      'Time that a deployment has from order to end, unless its product says otherwise. Never extended.',
    unit: 's',
    role: 'coordinator',
  }),
  ARK_PORT_QUARANTINE_S: setting(wholeNumber(0, 2_592_000).default(86_400), {
    summary: 'How long a freed port is given to nobody. Longer than ARK_STALE_ROUTES_S.',
    unit: 's',
    role: 'coordinator',
  }),
  ARK_PROBE_TOTAL_S: setting(wholeNumber(1, 600).default(30), {
    summary: 'Time within which a new target must pass its health check.',
    unit: 's',
    role: 'coordinator',
  }),
  ARK_BUILD_LOGS_MIB: setting(wholeNumber(4, 65_536).default(256), {
    summary:
      'Memory of Redis that the logs of builds may take, all together; the oldest are forgotten first.',
    unit: 'MiB',
    role: 'coordinator',
  }),
  ARK_SSH_KEY: setting(Joi.string().max(16_384).pattern(PRIVATE_KEY, 'private SSH key without passphrase'), {
    summary:
      'Private key that the coordinator looks into hosts with, before an operator sets a route. Give it as ARK_SSH_KEY_FILE; the key of the jobs will do. Without it routes cannot be set.',
    secret: true,
    role: 'coordinator',
  }),
};
