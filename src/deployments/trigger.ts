import type { HostStore } from '../hosts/host.ts';
import type { FaultPoints } from '../platform/faults.ts';
import type { Logger } from '../platform/logger.ts';
import type { Build, BuildServer, TriggerOutcome } from './build-server.ts';
import type { Deployment, Reason } from './deployment.ts';
import type { DeploymentStore } from './deployment-store.ts';
import { toJobParameters, type JobParameters } from './job-parameters.ts';

/** Two empty searches, at least so far apart, mean that Jenkins does not have it. */
const SEARCH_APART_MS = 5_000;
const CLOCK_SKEW_MS = 60_000;

export interface TriggerOptions {
  readonly store: DeploymentStore;
  readonly hosts: HostStore;
  readonly builds: BuildServer;
  readonly faults: FaultPoints;
  readonly log: Logger;
  readonly clock: () => number;
}

/**
 * Brings a deployment from `triggering` to `queued`: intent first, one POST, and a search before any second
 * one (jenkins-client.md). Repeatable, also by another process after a crash.
 */
export class Trigger {
  readonly #options: TriggerOptions;
  /** When a search for this deployment first came back empty. */
  readonly #emptySince = new Map<string, number>();

  constructor(options: TriggerOptions) {
    this.#options = options;
  }

  async step(deployment: Deployment, signal: AbortSignal): Promise<void> {
    if (deployment.posted_at) return this.#search(deployment, deployment.posted_at, signal);
    if (deployment.cancel) return this.#endCancelled(deployment);
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
    const { store, builds, clock } = this.#options;
    const found = await builds.find(
      { job: deployment.job, deploymentId: deployment.id, sinceMs: postedAt - CLOCK_SKEW_MS },
      signal,
    );
    if (found.kind !== 'none') this.#emptySince.delete(deployment.id);
    switch (found.kind) {
      case 'queued':
        await store.advance(deployment.id, {
          from: ['triggering', 'queued'],
          to: 'queued',
          fields: { queue_id: found.queueId },
        });
        return;
      case 'build':
        await noteBuild(store, deployment, found.build);
        return;
      case 'none':
        return this.#countEmpty(deployment, clock());
      default:
        found satisfies never;
    }
  }

  /** An answer that is nearly always a refusal (500): looked for once, then believed. */
  async #searchOnce(deployment: Deployment, detail: string, signal: AbortSignal): Promise<void> {
    const { builds, clock } = this.#options;
    const found = await builds.find(
      { job: deployment.job, deploymentId: deployment.id, sinceMs: clock() - CLOCK_SKEW_MS },
      signal,
    );
    if (found.kind === 'none') await this.#reject(deployment, { code: 'build_server_refused', detail });
  }

  async #countEmpty(deployment: Deployment, now: number): Promise<void> {
    const since = this.#emptySince.get(deployment.id);
    if (since === undefined) this.#emptySince.set(deployment.id, now);
    if (since === undefined || now - since < SEARCH_APART_MS) return;
    this.#emptySince.delete(deployment.id);
    await this.#options.store.advance(deployment.id, {
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

  async #endCancelled(deployment: Deployment): Promise<void> {
    await this.#options.store.advance(deployment.id, { from: ['triggering'], to: 'cancelled', finish: true });
  }
}

/** The tracker saw which build an order became; the claim may come before or after this. */
export async function noteBuild(store: DeploymentStore, deployment: Deployment, build: Build): Promise<void> {
  const { number, timestamp, url } = build;
  await store.advance(deployment.id, {
    from: ['triggering', 'queued'],
    to: 'queued',
    fields: { build: { number, timestamp, url } },
  });
}
