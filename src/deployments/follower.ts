import type { BuildRef, BuildServer, StopStep } from './build-server.ts';
import { cancelledBy, type Deployment, type Reason } from './deployment.ts';
import type { DeploymentStore } from './deployment-store.ts';
import type { FirstSeen } from './first-seen.ts';
import { mayBeHeld } from './pending.ts';
import { isTerminal } from './phases.ts';
import { settle, TIMED_OUT } from './settlement.ts';
import { requireShownJob } from './shown-job.ts';
import { noteBuild, type Trigger } from './trigger.ts';
import type { Verification } from './verification.ts';

/** A queue item may be gone for some seconds before its build shows. */
const LEFT_FOR_MS = 30_000;
/** A build that is not there for a moment may be one that Jenkins just loads. */
const GONE_FOR_MS = 5_000;
/**
 * The ladder of a cancel: ask, then insist, then kill. A stopped job undoes its work on the host first, which may
 * take two minutes; the host fence keeps what survives a kill from doing harm.
 */
const TERM_AFTER_MS = 150_000;
const KILL_AFTER_MS = 180_000;
/** After a switch at the last moment the old release drains for up to five minutes, then it is removed. */
const RETIRE_WITHIN_MS = 600_000;

export interface FollowerOptions {
  readonly store: DeploymentStore;
  readonly builds: BuildServer;
  readonly trigger: Trigger;
  readonly verification: Verification;
  readonly seen: FirstSeen;
  readonly clock: () => number;
}

/** One step of one deployment: what its phase calls for now. Every step is repeatable. */
export class Follower {
  readonly #options: FollowerOptions;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** Whether a step would do anything: not for what stands in line, neither late, cancelled nor held back. */
  hasStep(deployment: Deployment): boolean {
    const { phase, cancel, held_at } = deployment;
    if (phase !== 'waiting' || cancel !== undefined) return true;
    return held_at !== undefined || this.#isLate(deployment);
  }

  async step(found: Deployment, signal: AbortSignal): Promise<void> {
    const timed = await this.#inTime(found);
    const deployment = timed && (await this.#giveUp(timed));
    if (!deployment || deployment.finished_at !== undefined) return;
    const { phase } = deployment;
    if (phase === 'accepted' || phase === 'waiting') return;
    if (deployment.build) return this.#followBuild(deployment, deployment.build.number, signal);
    if (deployment.cancel || isTerminal(phase)) return this.#takeBack(deployment, signal);
    if (phase === 'triggering') return this.#options.trigger.step(deployment, signal);
    return this.#followQueue(deployment, signal);
  }

  /** Undefined for what an operator holds back: nothing is to be done, and it is not late. A cancel passes. */
  async #inTime(deployment: Deployment): Promise<Deployment | undefined> {
    const { id, cancel, held_at } = deployment;
    if (cancel || !mayBeHeld(deployment)) return deployment;
    const { store } = this.#options;
    if (await store.hold(id)) return undefined;
    return held_at === undefined ? deployment : store.deployment(id);
  }

  /**
   * What is late or cancelled is decided before Jenkins is asked, which may not answer: nothing can go live or
   * start any more. Lock and slot stay held until Jenkins says that nothing of it runs. Returns it as it is then.
   */
  async #giveUp(deployment: Deployment): Promise<Deployment | undefined> {
    const { store, clock } = this.#options;
    const { id, phase, cancel, decision } = deployment;
    const isLate = this.#isLate(deployment);
    if (isTerminal(phase) || decision || (!isLate && !cancel)) return deployment;
    if (deployment.claimed_at !== undefined) {
      const reason = isLate || !cancel ? TIMED_OUT : cancelledBy(cancel);
      await store.decide(id, {
        decision: { outcome: 'abandoned', at: clock(), reason, retire: [] },
        reason,
        ...(!cancel && { to: 'timed_out' as const }),
      });
    } else if (!isAsked(deployment)) {
      await this.#endUnstarted(deployment);
    } else if (!cancel) {
      const fields = { reason: TIMED_OUT };
      await store.advance(id, { from: ['triggering', 'queued'], to: 'timed_out', fields });
    }
    return store.deployment(id);
  }

  async #followQueue(deployment: Deployment, signal: AbortSignal): Promise<void> {
    const { builds, trigger, seen, clock } = this.#options;
    if (deployment.queue_id === '') return trigger.step(deployment, signal);
    const item = await builds.readQueueItem(deployment.queue_id, deployment.id, signal);
    if (item.kind !== 'left') seen.forget(deployment.id, 'left_queue');
    switch (item.kind) {
      case 'waiting':
        return this.#noteWhy(deployment, item.why);
      case 'started':
        return this.#noteStarted(deployment, item.number, signal);
      case 'cancelled':
        return this.#endUnstarted(deployment, CANCELLED_IN_JENKINS);
      case 'left':
        if (seen.passedMs(deployment.id, 'left_queue', clock()) < LEFT_FOR_MS) return;
        return trigger.step(deployment, signal);
      case 'gone':
        return trigger.step(deployment, signal);
      default:
        item satisfies never;
    }
  }

  async #noteWhy({ id, queue_why }: Deployment, why: string): Promise<void> {
    if (why === queue_why) return;
    await this.#options.store.advance(id, { from: ['queued'], fields: { queue_why: why } });
  }

  async #noteStarted(deployment: Deployment, number: number, signal: AbortSignal): Promise<void> {
    const build = await this.#options.builds.readBuild({ job: deployment.job, number }, signal);
    if (build) await noteBuild(this.#options.store, deployment, build);
  }

  /** Cancelled or late before its build was known: if it started meanwhile, its build is found in the next step. */
  async #takeBack(deployment: Deployment, signal: AbortSignal): Promise<void> {
    const { builds, trigger } = this.#options;
    const { id, queue_id: queueId } = deployment;
    if (queueId !== '' && (await builds.cancelQueueItem(queueId, id, signal))) {
      return this.#endUnstarted(deployment);
    }
    return trigger.step(deployment, signal);
  }

  async #followBuild(deployment: Deployment, number: number, signal: AbortSignal): Promise<void> {
    const { store, builds, verification, seen, clock } = this.#options;
    const ref = { job: deployment.job, number };
    const shown = await builds.readBuild(ref, signal);
    if (shown) seen.forget(deployment.id, 'build_gone');
    else if (!(await this.#isGone(deployment, signal))) return;
    if (await settle(store, deployment, { shown, now: clock() })) return;
    if (this.#mustStop(deployment)) return this.#stop(deployment, ref, signal);
    // Not awaited: a probe may take long, and cancel must get through meanwhile.
    if (deployment.phase === 'verifying' && !deployment.decision) void verification.run(deployment.id);
  }

  async #isGone({ id, job }: Deployment, signal: AbortSignal): Promise<boolean> {
    const { builds, seen, clock } = this.#options;
    await requireShownJob(builds, job, signal);
    return seen.passedMs(id, 'build_gone', clock()) >= GONE_FOR_MS;
  }

  /** Also when it has ended already: a build that outlives its deployment holds lock and slot. */
  #mustStop(deployment: Deployment): boolean {
    if (deployment.phase !== 'retiring') return deployment.cancel !== undefined || this.#isLate(deployment);
    return this.#options.clock() > deployment.deadline_at + RETIRE_WITHIN_MS;
  }

  /** Each rung once: a second stop would end the clean-up that the first one began (jenkins-client.md). */
  async #stop({ id }: Deployment, ref: BuildRef, signal: AbortSignal): Promise<void> {
    const { builds, seen, clock } = this.#options;
    const rung = rungAfter(seen.passedMs(id, 'stopping', clock()));
    if (seen.has(id, rung)) return;
    await builds.stopBuild(ref, rung, signal);
    seen.passedMs(id, rung, clock());
  }

  /** No build of ours runs: the end is also the finish. */
  async #endUnstarted(deployment: Deployment, why?: Reason): Promise<void> {
    const { store } = this.#options;
    if (isTerminal(deployment.phase)) return void (await store.finish(deployment.id, []));
    const { cancel } = deployment;
    const to = why || cancel ? 'cancelled' : 'timed_out';
    const reason = why ?? (cancel ? cancelledBy(cancel) : TIMED_OUT);
    await store.advance(deployment.id, {
      from: ['accepted', 'waiting', 'triggering', 'queued'],
      to,
      fields: { reason },
      finish: true,
    });
  }

  #isLate(deployment: Deployment): boolean {
    return this.#options.clock() > deployment.deadline_at;
  }
}

/** Whether Jenkins may have heard of it. */
function isAsked({ phase, posted_at }: Deployment): boolean {
  if (phase === 'triggering') return (posted_at ?? 0) > 0;
  return phase === 'queued';
}

function rungAfter(passedMs: number): StopStep {
  if (passedMs < TERM_AFTER_MS) return 'stop';
  return passedMs < KILL_AFTER_MS ? 'term' : 'kill';
}

const CANCELLED_IN_JENKINS: Reason = {
  code: 'cancelled_in_jenkins',
  detail: 'The queue item was cancelled in Jenkins',
};
