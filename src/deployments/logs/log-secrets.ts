import type { Secret } from '../../platform/secret.ts';
import type { Deployment } from '../deployment.ts';
import type { DeploymentStore } from '../deployment-store.ts';
import { leaseOf } from '../lease.ts';
import { LogCleaner } from './log-cleaner.ts';

export interface LogSecretsOptions {
  readonly store: Pick<DeploymentStore, 'release'>;
  /** ARK_SECRET: leases are derived from it. */
  readonly secret: Secret;
  readonly secrets: readonly Secret[];
}

/**
 * What must not be read in the log of a deployment: our own secrets, its lease, and the secret inputs of its release.
 * What the host makes for itself nobody here knows; it never travels through Jenkins.
 */
export function logSecrets({ store, secret, secrets }: LogSecretsOptions) {
  return async (deployment: Deployment): Promise<readonly string[]> => {
    const { release_id } = deployment;
    const stored = release_id === '' ? undefined : await store.release(release_id);
    const inputs = stored?.release.inputs.filter((input) => input.secret) ?? [];
    const lease = leaseOf(secret, deployment);
    return [
      ...[secret, ...secrets].map((each) => each.reveal()),
      ...inputs.map(({ value }) => value),
      ...(lease === undefined ? [] : [lease]),
    ];
  };
}

/** What a build says about itself, a few lines, without the secrets that are known of it. */
export async function withoutSecrets(
  options: Omit<LogSecretsOptions, 'secrets'>,
  deployment: Deployment,
  lines: string,
): Promise<string> {
  const secrets = await logSecrets({ ...options, secrets: [] })(deployment);
  return new LogCleaner(secrets).clean(`${lines}\n`).replace(/\n$/, '');
}
