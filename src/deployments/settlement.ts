import type { Build } from './build-server.ts';
import { cancelledBy, type Deployment, type Reason } from './deployment.ts';
import type { DeploymentStore } from './deployment-store.ts';
import { isTerminal, phasesBefore, type Phase } from './phases.ts';
import { recoverLive } from './recovery.ts';

interface Ending {
  readonly to: Phase;
  readonly reason: Reason;
}

export const TIMED_OUT: Reason = { code: 'timed_out', detail: 'The deadline passed' };

export interface SeenBuild {
  /** What Jenkins shows under the build's number; undefined when there is nothing. */
  readonly shown: Build | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Draws the consequence when Jenkins says that the build of a deployment ended, or is gone: what is undecided is
 * abandoned, what is decided is finished, lock and slot are free. Returns false while the build runs. Repeatable.
 */
export async function settle(
  store: DeploymentStore,
  deployment: Deployment,
  { shown, now }: SeenBuild,
): Promise<boolean> {
  // Another build may have the number after Jenkins lost its home.
  const build = shown?.timestamp === deployment.build?.timestamp ? shown : undefined;
  if (build?.running === true) return false;
  if (!isTerminal(deployment.phase) && deployment.phase !== 'retiring')
    await conclude(store, deployment, { shown: build, now });
  if (deployment.phase !== 'retiring') await recoverLive(store, deployment, now);
  return store.finish(deployment.id, []);
}

/** Lock and slot stay held: what still has to be ordered for the instance comes before anybody else's turn. */
async function conclude(
  store: DeploymentStore,
  deployment: Deployment,
  { shown, now }: SeenBuild,
): Promise<void> {
  const { to, reason } = endingOf(deployment, shown, now);
  if (deployment.claimed_at !== undefined && deployment.decision === undefined) {
    const decision = { outcome: 'abandoned', at: now, reason, retire: [] } as const;
    const outcome = await store.decide(deployment.id, { decision, to, reason });
    if (outcome.kind === 'decided') return;
  }
  await store.advance(deployment.id, { from: phasesBefore(to), to, fields: { reason } });
}

/** The phase and the words for a build that ended before its deployment was decided. */
export function endingOf(deployment: Deployment, build: Build | undefined, now: number): Ending {
  if (deployment.cancel) {
    return { to: 'cancelled', reason: cancelledBy(deployment.cancel) };
  }
  // Abandoned while its build still ran: that is why it ended, whatever became of the build.
  const decided = deployment.decision?.reason;
  if (decided) return { to: decided.code === 'cancelled' ? 'cancelled' : 'failed', reason: decided };
  if (build === undefined) {
    return { to: 'lost', reason: { code: 'build_lost', detail: 'Jenkins no longer knows the build' } };
  }
  // We abort a build whose time is over, also when it never claimed.
  if (build.result === 'ABORTED' && now > deployment.deadline_at)
    return { to: 'timed_out', reason: TIMED_OUT };
  return { to: 'failed', reason: failureOf(build) };
}

function failureOf(build: Build): Reason {
  const name = nameOf(build);
  const { result } = build;
  if (result === 'SUCCESS') {
    return {
      code: 'callback_lost',
      detail: `${name} ended well but its callbacks never arrived: rebuild it`,
    };
  }
  if (result === 'ABORTED') return abortedReason(build);
  return { code: 'build_failed', detail: `${name} ended as ${result ?? 'unknown'}; its log says why` };
}

/** Of a build that was aborted: by whom, where Jenkins tells ("Aborted by alice"). */
export function abortedReason(build: Pick<Build, 'number' | 'interrupted_by'>): Reason {
  const who = build.interrupted_by?.replace(/^Aborted by /i, '');
  return { code: 'build_aborted', detail: `${nameOf(build)} was aborted${who ? ` by ${who}` : ''}` };
}

function nameOf({ number }: Pick<Build, 'number'>): string {
  return `Build ${String(number)}`;
}
