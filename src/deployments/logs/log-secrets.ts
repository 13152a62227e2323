import type { Secret } from '../../platform/secret.ts';
import type { Deployment } from '../deployment.ts';
import type { DeploymentStore } from '../deployment-store.ts';
import { leaseOf } from '../lease.ts';

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
