import type { ProxyWatch } from '../routing/proxy-watch.ts';
import type { Deployment } from './deployment.ts';
import type { DeploymentStore } from './deployment-store.ts';

const ACKNOWLEDGE_WITHIN_MS = 2_000;

export interface DrainingOptions {
  readonly store: DeploymentStore;
  readonly proxies: Pick<ProxyWatch, 'seen'>;
  readonly clock: () => number;
}

/**
 * After a switch: how many exchanges are still open on the old target. Undefined when the old release may go:
 * every proxy with a fresh heartbeat has acknowledged (waited for 2 s at most) and nothing is open, or the
 * product's drain time is over.
 */
export async function openOnOldTarget(
  { store, proxies, clock }: DrainingOptions,
  deployment: Deployment,
): Promise<number | undefined> {
  const { decision, decision_revision = 0, old_targets } = deployment;
  if (decision?.outcome !== 'switched' || !old_targets) return undefined;
  const passedMs = clock() - decision.at;
  const { acknowledged, open } = await proxies.seen(decision_revision, old_targets);
  // Also without drain time: a proxy that has not seen the switch still sends new requests to the old target.
  if (!acknowledged && passedMs < ACKNOWLEDGE_WITHIN_MS) return open;
  if (passedMs >= (await drainTimeMs(store, deployment))) return undefined;
  return open > 0 ? open : undefined;
}

async function drainTimeMs(store: DeploymentStore, deployment: Deployment): Promise<number> {
  if (deployment.release_id === '') return 0;
  const stored = await store.release(deployment.release_id);
  return (stored?.release.product.drain_s ?? 0) * 1_000;
}
