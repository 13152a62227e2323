import { isDeepStrictEqual } from 'node:util';
import type { HostStore } from '../hosts/host.ts';
import { AppError } from '../platform/errors.ts';
import type { FaultPoints } from '../platform/faults.ts';
import type { Logger } from '../platform/logger.ts';
import type { Secret } from '../platform/secret.ts';
import type { BuildServer } from './build-server.ts';
import type {
  DecisionAnswer,
  FailedMessage,
  Leased,
  ProgressMessage,
  ReadyAnswer,
  ReadyMessage,
  RemovedMessage,
} from './callback-messages.ts';
import { isDeploymentId, type Candidate, type Decision, type Deployment, type Reason } from './deployment.ts';
import type { DeploymentStore } from './deployment-store.ts';
import { openOnOldTarget, type DrainingOptions } from './draining.ts';
import { holdsLease } from './lease.ts';
import { withoutSecrets } from './logs/log-secrets.ts';
import { isTerminal } from './phases.ts';
import { requireOffered, unusedPorts } from './offered-target.ts';
import { abortedReason } from './settlement.ts';
import { requireTrust, type StoreTrust } from './store-trust.ts';
import type { Verification } from './verification.ts';

/** A quick probe is answered in the same exchange; a slow one with 202. */
const ANSWER_WITHIN_MS = 1_000;

/** The job waits for the answer meanwhile. */
const JENKINS_WITHIN_MS = 3_000;

export interface CallbacksOptions extends DrainingOptions, StoreTrust {
  readonly store: DeploymentStore;
  readonly hosts: HostStore;
  readonly builds: Pick<BuildServer, 'readBuild'>;
  readonly verification: Verification;
  readonly secret: Secret;
  readonly faults: FaultPoints;
  readonly log: Logger;
}

/** What a leased build says after its claim. Every call is repeatable and throws `lease_invalid` without lease. */
export class Callbacks {
  readonly #options: CallbacksOptions;

  constructor(options: CallbacksOptions) {
    this.#options = options;
  }

  /** Moves the pages; `stop` of a recreate sets the routes to updating before this returns. */
  async progress(message: ProgressMessage): Promise<void> {
    const { store, clock } = this.#options;
    const deployment = await this.#leased(message);
    const last = (await store.stages(deployment.id)).at(-1);
    // what was told late must not seem to come before what was told in time
    const at = Math.max(clock() - (message.ago_ms ?? 0), last?.at ?? 0);
    const stage = { stage: message.stage, status: message.status, at };
    const updating = await this.#updatingRoutes(deployment, message);
    if (!(await store.progress(deployment.id, stage, updating))) throw alreadyDecided();
  }

  /**
   * Stores the candidate, has it verified, and answers with the decision as soon as there is one. Throws
   * `target_not_offered`, `candidate_differs` when another one was reported before, `already_decided`.
   */
  async ready(message: ReadyMessage): Promise<ReadyAnswer> {
    const { store, hosts, verification, faults } = this.#options;
    const deployment = await this.#leased(message);
    if (deployment.decision) return this.#decided(deployment, deployment.decision);
    const host = await hosts.get(deployment.host_id);
    requireOffered(message, deployment, host);
    await this.#keepCandidate(message, deployment);
    await faults.reach('ready.after_store');
    await withinMs(ANSWER_WITHIN_MS, verification.run(deployment.id));
    const now = await store.deployment(deployment.id);
    if (now?.decision) return this.#decided(now, now.decision);
    return { status: 202, body: { state: 'verifying' } };
  }

  /** The first candidate stays: its port is probed, or live, and the ports beside it are free for others. */
  async #keepCandidate(message: ReadyMessage, deployment: Deployment): Promise<void> {
    const { store } = this.#options;
    const candidate = candidateOf(message);
    const isFirst = await store.advance(deployment.id, {
      from: ['claimed', 'deploying'],
      to: 'verifying',
      fields: { candidate },
      freePorts: unusedPorts(message, deployment),
    });
    if (isFirst) return;
    const now = await store.deployment(deployment.id);
    if (!now?.candidate) throw alreadyDecided();
    if (!isDeepStrictEqual(now.candidate, candidate)) {
      throw new AppError('candidate_differs', 'This deployment reported another target before');
    }
    if (!now.decision && isTerminal(now.phase)) throw alreadyDecided();
  }

  /** The job's clean-up is over: lock and slot are free, ports of removed projects rest. */
  async retired(message: RemovedMessage): Promise<void> {
    const deployment = await this.#leased(message);
    if (!deployment.decision) throw new AppError('conflict', 'Nothing was decided yet: ask with ready');
    await this.#options.store.finish(deployment.id, ownProjects(deployment, message.removed));
  }

  /** Ends a destroy: the instance is deleted. */
  async removed(message: RemovedMessage): Promise<void> {
    const { store, clock } = this.#options;
    const deployment = await this.#leased(message);
    if (deployment.kind !== 'destroy') throw new AppError('wrong_job', 'Only a destroy is ended by removed');
    const decision: Decision = { outcome: 'removed', at: clock(), retire: [] };
    const outcome = await store.decide(deployment.id, { decision, to: 'succeeded' });
    if (outcome.kind === 'refused' || outcome.decision.outcome !== 'removed') throw alreadyDecided();
    await store.finish(deployment.id, ownProjects(deployment, message.removed));
  }

  /** The job gave up: abandoned, unless a decision was taken before. Without a lease it changes nothing. */
  async failed(message: FailedMessage): Promise<DecisionAnswer> {
    const { store, clock, log } = this.#options;
    const { lease, deployment_id } = message;
    if (lease === undefined || deployment_id === undefined) {
      log.warn('build failed before its claim', { stage: message.stage, reason: message.reason });
      return { decision: 'abandoned', reason: message.reason };
    }
    const deployment = await this.#leased({ lease, deployment_id });
    const reason = await this.#reasonOf(message, deployment);
    const outcome = await store.decide(deployment.id, {
      decision: { outcome: 'abandoned', at: clock(), reason, retire: [] },
      ...(deployment.cancel === undefined && { to: 'failed' as const }),
      reason,
      ...(message.host_seq !== undefined && { hostSeq: message.host_seq }),
      // Pages show it to whoever may not read logs.
      logTail: await withoutSecrets(this.#options, deployment, message.log_tail),
    });
    if (outcome.kind === 'refused') throw alreadyDecided();
    return toDecisionAnswer(outcome.decision);
  }

  /** A job cannot know who aborted it; Jenkins does. Where that does not answer in time, nobody is named. */
  async #reasonOf(message: FailedMessage, deployment: Deployment): Promise<Reason> {
    const { decision, build, job } = deployment;
    const told = await withoutSecrets(this.#options, deployment, message.detail ?? '');
    const detail = told || `Failed in stage ${message.stage}`;
    const said = { code: message.reason, detail };
    if (message.reason !== 'build_aborted' || !build || decision) return said;
    const { builds, log } = this.#options;
    try {
      const ref = { job, number: build.number };
      const shown = await builds.readBuild(ref, AbortSignal.timeout(JENKINS_WITHIN_MS));
      return shown?.timestamp === build.timestamp && shown.interrupted_by ? abortedReason(shown) : said;
    } catch (error) {
      log.warn('abort without a name', { jenkinsJob: job, buildNumber: build.number, error });
      return said;
    }
  }

  async #leased({ lease, deployment_id }: Leased): Promise<Deployment> {
    requireTrust(this.#options);
    const { store, secret } = this.#options;
    const deployment = isDeploymentId(deployment_id) ? await store.deployment(deployment_id) : undefined;
    if (!deployment || !holdsLease(secret, deployment, lease)) {
      throw new AppError('lease_invalid', 'This lease does not belong to this deployment');
    }
    return deployment;
  }

  async #decided(deployment: Deployment, decision: Decision): Promise<ReadyAnswer> {
    const open = await openOnOldTarget(this.#options, deployment);
    if (open !== undefined) return { status: 202, body: { state: 'draining', open } };
    return { status: 200, body: toDecisionAnswer(decision) };
  }

  /** Only a recreate takes the running app away; its routes answer 503 until the decision. */
  async #updatingRoutes(
    deployment: Deployment,
    { stage, status }: ProgressMessage,
  ): Promise<readonly string[]> {
    if (stage !== 'stop' || status !== 'started' || deployment.release_id === '') return [];
    const stored = await this.#options.store.release(deployment.release_id);
    if (stored?.release.product.strategy !== 'recreate') return [];
    return (await this.#options.store.instance(deployment.instance_id))?.live_endpoints ?? [];
  }
}

function toDecisionAnswer({ outcome, reason, retire }: Decision): DecisionAnswer {
  switch (outcome) {
    case 'switched':
      return { decision: 'switched', retire };
    case 'abandoned':
      return { decision: 'abandoned', reason: reason?.detail ?? reason?.code ?? 'abandoned' };
    case 'removed':
      return { decision: 'removed' };
    default:
      return outcome satisfies never;
  }
}

function candidateOf({
  lease: _lease,
  deployment_id: _id,
  project: _project,
  ...candidate
}: ReadyMessage): Candidate {
  return candidate;
}

/** A job speaks for the releases of its own instance only; another's id may begin like its own. */
function ownProjects({ instance_id }: Deployment, removed: readonly string[]): string[] {
  return removed.filter((project) => /^(.*)-\d+$/.exec(project)?.[1] === instance_id);
}

function alreadyDecided(): AppError {
  return new AppError('already_decided', 'This deployment has ended or was decided');
}

async function withinMs(ms: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
