import type { Build } from './build-server.ts';
import type { Deployment, Reason } from './deployment.ts';
import type { DeploymentStore } from './deployment-store.ts';
import { isTerminal, phasesBefore, type Phase } from './phases.ts';

interface Ending {
  readonly to: Phase;
  readonly reason: Reason;
}

/**
 * Draws the consequence when Jenkins says that a build ended, or is gone (`undefined`): what is undecided is
 * abandoned, what is decided is finished, lock and slot are free. Returns false while the build runs. Repeatable.
 */
export async function settle(
  store: DeploymentStore,
  deployment: Deployment,
  build: Build | undefined,
): Promise<boolean> {
  if (build?.running === true) return false;
  if (isTerminal(deployment.phase) || deployment.phase === 'retiring') {
    return store.finish(deployment.id, []);
  }
  const { to, reason } = endingOf(deployment, build);
  if (deployment.claimed_at !== undefined && deployment.decision === undefined) {
    const outcome = await store.decide(deployment.id, {
      decision: { outcome: 'abandoned', at: Date.now(), reason, retire: [] },
      to,
      reason,
    });
    if (outcome.kind === 'decided') return store.finish(deployment.id, []);
  }
  return store.advance(deployment.id, { from: phasesBefore(to), to, fields: { reason }, finish: true });
}

/** The phase and the words for a build that ended before its deployment was decided. */
export function endingOf(deployment: Deployment, build: Build | undefined): Ending {
  if (deployment.cancel) {
    return { to: 'cancelled', reason: { code: 'cancelled', detail: `Cancelled by ${deployment.cancel.by}` } };
  }
  if (build === undefined) {
    return { to: 'lost', reason: { code: 'build_lost', detail: 'Jenkins no longer knows the build' } };
  }
  return { to: 'failed', reason: failureOf(build) };
}

function failureOf(build: Build): Reason {
  const name = `Build ${String(build.number)}`;
  const { result, interrupted_by: by } = build;
  if (result === 'SUCCESS') {
    return {
      code: 'callback_lost',
      detail: `${name} ended well but its callbacks never arrived: rebuild it`,
    };
  }
  if (result === 'ABORTED')
    return { code: 'build_aborted', detail: `${name} was aborted${by ? ` by ${by}` : ''}` };
  return { code: 'build_failed', detail: `${name} ended as ${result ?? 'unknown'}; its log says why` };
}
