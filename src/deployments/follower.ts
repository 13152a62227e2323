import type { BuildRef, BuildServer, StopStep } from './build-server.ts';
import type { Deployment, Reason } from './deployment.ts';
import type { DeploymentStore } from './deployment-store.ts';
import { isTerminal } from './phases.ts';
import { settle, TIMED_OUT } from './settlement.ts';
import { noteBuild, type Trigger } from './trigger.ts';
import type { Verification } from './verification.ts';

/** A queue item may be gone for some seconds before its build shows. */
const LEFT_FOR_MS = 30_000;
/**
 * The ladder of a cancel: ask, then insist, then kill. A stopped job undoes its work on the host first, which may
 * take two minutes; the host fence keeps what survives a kill from doing harm.
 */
const TERM_AFTER_MS = 150_000;
const KILL_AFTER_MS = 180_000;

export interface FollowerOptions {
  readonly store: DeploymentStore;
  readonly builds: BuildServer;
  readonly trigger: Trigger;
  readonly verification: Verification;
  readonly clock: () => number;
}

/** One step of one deployment: what its phase calls for now. Every step is repeatable. */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #stoppingSince = new Map<string, number>();
  readonly #lastRung = new Map<string, StopStep>();
  readonly #leftSince = new Map<string, number>();

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  async step(deployment: Deployment, signal: AbortSignal): Promise<void> {
    const { phase } = deployment;
    if (phase === 'accepted' || phase === 'waiting') return this.#wait(deployment);
    if (phase === 'triggering') return this.#followTrigger(deployment, signal);
    if (phase === 'queued' && !deployment.build) return this.#followQueue(deployment, signal);
    return this.#followBuild(deployment, signal);
  }

  async #wait(deployment: Deployment): Promise<void> {
    if (this.#isLate(deployment)) await this.#endUnstarted(deployment);
  }

  async #followTrigger(deployment: Deployment, signal: AbortSignal): Promise<void> {
    if (this.#isLate(deployment) && !deployment.posted_at) return this.#endUnstarted(deployment);
    return this.#options.trigger.step(deployment, signal);
  }

  async #followQueue(deployment: Deployment, signal: AbortSignal): Promise<void> {
    const { builds, trigger } = this.#options;
    if (deployment.cancel || this.#isLate(deployment)) return this.#leaveQueue(deployment, signal);
    if (deployment.queue_id === '') return trigger.step(deployment, signal);
    const item = await builds.readQueueItem(deployment.queue_id, deployment.id, signal);
    if (item.kind !== 'left') this.#leftSince.delete(deployment.id);
    switch (item.kind) {
      case 'waiting':
        return this.#noteWhy(deployment, item.why);
      case 'started':
        return this.#noteStarted(deployment, item.number, signal);
      case 'cancelled':
        return this.#endUnstarted(deployment, CANCELLED_IN_JENKINS);
      case 'left':
        if (this.#since(this.#leftSince, deployment.id) < LEFT_FOR_MS) return;
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

  /** Cancelled or late while queued: if it started meanwhile, its build is found in the next step. */
  async #leaveQueue(deployment: Deployment, signal: AbortSignal): Promise<void> {
    const { builds, trigger } = this.#options;
    const queueId = deployment.queue_id;
    if (queueId === '') return trigger.step(deployment, signal);
    if (await builds.cancelQueueItem(queueId, deployment.id, signal)) return this.#endUnstarted(deployment);
    return trigger.step(deployment, signal);
  }

  async #followBuild(deployment: Deployment, signal: AbortSignal): Promise<void> {
    const { store, builds, verification, clock } = this.#options;
    if (!deployment.build) return void (await store.finish(deployment.id, []));
    const ref = { job: deployment.job, number: deployment.build.number };
    const shown = await builds.readBuild(ref, signal);
    if (await settle(store, deployment, { shown, now: clock() })) {
      this.#stoppingSince.delete(deployment.id);
      this.#lastRung.delete(deployment.id);
      return;
    }
    // Also when it has ended already: a build that outlives its deployment holds lock and slot.
    const late = this.#isLate(deployment);
    if ((deployment.cancel || late) && deployment.phase !== 'retiring') {
      return this.#stop(deployment, { ref, late, signal });
    }
    // Not awaited: a probe may take long, and cancel must get through meanwhile.
    if (deployment.phase === 'verifying' && !deployment.decision) void verification.run(deployment.id);
  }

  /** First the decision, so that nothing can switch any more; then the build, step by step. */
  async #stop(deployment: Deployment, { ref, late, signal }: StopOrder): Promise<void> {
    const { store, builds, clock } = this.#options;
    if (!deployment.decision && !isTerminal(deployment.phase) && deployment.claimed_at !== undefined) {
      const reason = late
        ? TIMED_OUT
        : { code: 'cancelled', detail: `Cancelled by ${deployment.cancel?.by ?? ''}` };
      await store.decide(deployment.id, {
        decision: { outcome: 'abandoned', at: clock(), reason, retire: [] },
        reason,
        ...(late && !deployment.cancel && { to: 'timed_out' as const }),
      });
    }
    // Each rung once: a second stop would end the clean-up that the first one began (jenkins-client.md).
    const rung = this.#rung(deployment);
    if (this.#lastRung.get(deployment.id) === rung) return;
    await builds.stopBuild(ref, rung, signal);
    this.#lastRung.set(deployment.id, rung);
  }

  #rung(deployment: Deployment): StopStep {
    const passedMs = this.#since(this.#stoppingSince, deployment.id);
    if (passedMs < TERM_AFTER_MS) return 'stop';
    return passedMs < KILL_AFTER_MS ? 'term' : 'kill';
  }

  /** No build of ours runs: the end is also the finish. */
  async #endUnstarted(deployment: Deployment, why?: Reason): Promise<void> {
    const to = why || deployment.cancel ? 'cancelled' : 'timed_out';
    const reason = why ?? (deployment.cancel ? undefined : TIMED_OUT);
    await this.#options.store.advance(deployment.id, {
      from: ['accepted', 'waiting', 'triggering', 'queued'],
      to,
      ...(reason && { fields: { reason } }),
      finish: true,
    });
  }

  #isLate(deployment: Deployment): boolean {
    return this.#options.clock() > deployment.deadline_at;
  }

  #since(marks: Map<string, number>, id: string): number {
    const now = this.#options.clock();
    const since = marks.get(id) ?? now;
    marks.set(id, since);
    return now - since;
  }
}

const CANCELLED_IN_JENKINS: Reason = {
  code: 'cancelled_in_jenkins',
  detail: 'The queue item was cancelled in Jenkins',
};

interface StopOrder {
  readonly ref: BuildRef;
  readonly late: boolean;
  readonly signal: AbortSignal;
}
