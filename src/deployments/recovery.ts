import type { Deployment } from './deployment.ts';
import type { DeploymentStore } from './deployment-store.ts';
import { newDeployment } from './new-deployment.ts';

/**
 * Once the build of an update has ended: where it had stopped the live release, and its job never said that this
 * runs again (`retired`), one deployment of the live release is ordered. To be called before the update is finished,
 * so that a crash loses nothing. Repeatable: the script orders once, and knows when not to.
 */
export async function recoverLive(store: DeploymentStore, ended: Deployment, now: number): Promise<void> {
  if (ended.kind !== 'deploy' || ended.claimed_at === undefined) return;
  const instance = await store.instance(ended.instance_id);
  if (!instance) return;
  const recovery = newDeployment({
    instance,
    kind: 'deploy',
    releaseId: instance.live_release,
    job: ended.job,
    now,
    deadlineAt: now + (ended.deadline_at - ended.created_at - (ended.held_ms ?? 0)),
    trigger: 'recovery',
    by: 'ark',
    why: `Brings back what ${ended.id} had stopped`,
  });
  await store.recover(ended.id, recovery);
}
