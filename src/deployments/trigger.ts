import type { HostStore } from '../hosts/host.ts';
import type { FaultPoints } from '../platform/faults.ts';
import type { Logger } from '../platform/logger.ts';
import type { Build, BuildServer, Found, TriggerOutcome } from './build-server.ts';
import type { Deployment, Reason } from './deployment.ts';
import type { DeploymentStore } from './deployment-store.ts';
import type { FirstSeen } from './first-seen.ts';
import { toJobParameters, type JobParameters } from './job-parameters.ts';
import { isTerminal } from './phases.ts';
import { requireShownJob } from './shown-job.ts';

/** Two empty searches, at least so far apart, mean that Jenkins does not have it. */
const SEARCH_APART_MS = 5_000;
const CLOCK_SKEW_MS = 60_000;

export interface TriggerOptions {
  readonly store: DeploymentStore;
  readonly hosts: HostStore;
  readonly builds: BuildServer;
  readonly faults: FaultPoints;
  readonly log: Logger;
  readonly seen: FirstSeen;
  readonly clock: () => number;
}

/**
 * Brings a deployment from `triggering` to `queued`: intent first, one POST, and a search before any second
 * one (jenkins-client.md). Repeatable, also by another process after a crash.
 */
export class Trigger {
  readonly #options: TriggerOptions;

  constructor(options: TriggerOptions) {
    this.#options = options;
  }

  async step(deployment: Deployment, signal: AbortSignal): Promise<void> {
    if (deployment.posted_at) return this.#search(deployment, deployment.posted_at, signal);
    return this.#post(deployment, signal);
  }

  async #post(deployment: Deployment, signal: AbortSignal): Promise<void> {
    const { store, builds, faults, clock } = this.#options;
    const parameters = await this.#parametersOf(deployment);
    if (!parameters) {
      return this.#reject(deployment, { code: 'host_not_found', detail: 'The host is no longer registered' });
    }
    const intended = await store.advance(deployment.id, {
      from: ['triggering'],
      fields: { posted_at: clock(), sent: parameters },
      unlessFrozen: true,
    });
    if (!intended) return;
    await faults.reach('trigger.before_post');
    const outcome = await builds.trigger(deployment.job, parameters, signal);
    await faults.reach('trigger.after_post');
    await this.#conclude(deployment, outcome, signal);
  }

  async #conclude(deployment: Deployment, outcome: TriggerOutcome, signal: AbortSignal): Promise<void> {
    const { store, log } = this.#options;
    const { id, instance_id: instanceId, job: jenkinsJob } = deployment;
    switch (outcome.kind) {
      case 'queued':
        await store.advance(id, {
          from: ['triggering'],
          to: 'queued',
          fields: { queue_id: outcome.queueId },
        });
        log.info('build queued', { deploymentId: id, instanceId, jenkinsJob, queueId: outcome.queueId });
        return;
      case 'refused':
        return this.#reject(deployment, { code: 'build_server_refused', detail: outcome.detail });
      case 'unavailable':
        // Nothing was accepted: the next round posts again.
        await store.advance(id, {
          from: ['triggering'],
          fields: { posted_at: 0, queue_why: outcome.detail },
        });
        log.warn('jenkins unavailable', { deploymentId: id, jenkinsJob, reason: outcome.detail });
        return;
      case 'ambiguous':
        await store.advance(id, {
          from: ['triggering'],
          fields: { queue_why: outcome.detail },
        });
        log.warn('trigger unclear', { deploymentId: id, jenkinsJob, reason: outcome.detail });
        if (outcome.whenNotFound === 'refuse') await this.#searchOnce(deployment, outcome.detail, signal);
        return;
      default:
        outcome satisfies never;
    }
  }

  async #search(deployment: Deployment, postedAt: number, signal: AbortSignal): Promise<void> {
    const { store, seen } = this.#options;
    const found = await this.#find(deployment, postedAt - CLOCK_SKEW_MS, signal);
    if (found.kind !== 'none') seen.forget(deployment.id, 'not_found');
    switch (found.kind) {
      case 'queued':
        return note(store, deployment, { queue_id: found.queueId });
      case 'build':
        return noteBuild(store, deployment, found.build);
      case 'none':
        return this.#countEmpty(deployment);
      default:
        found satisfies never;
    }
  }

  async #find({ job, id }: Deployment, sinceMs: number, signal: AbortSignal): Promise<Found> {
    const { builds } = this.#options;
    const found = await builds.find({ job, deploymentId: id, sinceMs }, signal);
    if (found.kind === 'none') await requireShownJob(builds, job, signal);
    return found;
  }

  /** An answer that is nearly always a refusal (500): looked for once, then believed. */
  async #searchOnce(deployment: Deployment, detail: string, signal: AbortSignal): Promise<void> {
    const found = await this.#find(deployment, this.#options.clock() - CLOCK_SKEW_MS, signal);
    if (found.kind === 'none') await this.#reject(deployment, { code: 'build_server_refused', detail });
  }

  /** What ended meanwhile, by its deadline, is finished; anything else may be posted again. */
  async #countEmpty({ id, phase }: Deployment): Promise<void> {
    const { store, seen, clock } = this.#options;
    if (seen.passedMs(id, 'not_found', clock()) < SEARCH_APART_MS) return;
    seen.forget(id, 'not_found');
    if (isTerminal(phase)) return void (await store.finish(id, []));
    await store.advance(id, {
      from: ['triggering', 'queued'],
      to: 'triggering',
      fields: { posted_at: 0, queue_id: '' },
    });
  }

  async #parametersOf(deployment: Deployment): Promise<JobParameters | undefined> {
    const { store, hosts } = this.#options;
    const instance = await store.instance(deployment.instance_id);
    const host = await hosts.get(deployment.host_id);
    if (!instance || !host) return undefined;
    const stored = deployment.release_id === '' ? undefined : await store.release(deployment.release_id);
    return toJobParameters({ deploymentId: deployment.id, instance, host, release: stored?.release });
  }

  async #reject(deployment: Deployment, reason: Reason): Promise<void> {
    await this.#options.store.advance(deployment.id, {
      from: ['triggering'],
      to: 'rejected',
      fields: { reason },
      finish: true,
    });
    this.#options.log.warn('order rejected', { deploymentId: deployment.id, reason: reason.detail });
  }
}

/** The tracker saw which build an order became; the claim may come before or after this. */
export async function noteBuild(store: DeploymentStore, deployment: Deployment, build: Build): Promise<void> {
  const { number, timestamp, url } = build;
  await note(store, deployment, { build: { number, timestamp, url } });
}

/** What has ended by its deadline stays ended; what Jenkins has of it is noted all the same, to be stopped. */
async function note(
  store: DeploymentStore,
  { id, phase }: Deployment,
  fields: Partial<Pick<Deployment, 'queue_id' | 'build'>>,
): Promise<void> {
  const step = isTerminal(phase)
    ? { from: [phase] }
    : { from: ['triggering', 'queued'] as const, to: 'queued' as const };
  await store.advance(id, { ...step, fields });
}
