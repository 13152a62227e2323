import type { HostId } from '../hosts/host.ts';
import type { DeploymentId } from './deployment.ts';
import type { DeploymentStore } from './deployment-store.ts';

/**
 * Admits what waits on a host, in order of arrival, as far as slots reach; who waits for its own instance is
 * passed over, so nobody else stands behind it. Returns the admitted ones. Repeatable, safe from several
 * processes: the script admits each once, and notes what an operator holds back.
 */
export async function admitWaiting(store: DeploymentStore, host: HostId): Promise<readonly DeploymentId[]> {
  const admitted: DeploymentId[] = [];
  const { waiting } = await store.load(host);
  for (const id of waiting) {
    const outcome = await store.admit(id);
    if (outcome.kind === 'admitted') admitted.push(id);
    if (outcome.kind === 'full') break;
  }
  return admitted;
}
