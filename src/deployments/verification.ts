import type { FaultPoints } from '../platform/faults.ts';
import type { Logger } from '../platform/logger.ts';
import type { probeTarget } from '../routing/target-probe.ts';
import type { Candidate, Deployment, DeploymentId, Reason } from './deployment.ts';
import type { DecideOutcome, DecisionOrder, DeploymentStore, NewRoute } from './deployment-store.ts';
import { endpointIdOf, projectOf, type Instance } from './instance.ts';
import type { Phase } from './phases.ts';
import type { Release } from './release.ts';
import { TIMED_OUT } from './settlement.ts';
import { requireTrust, type StoreTrust } from './store-trust.ts';

export interface VerificationOptions extends StoreTrust {
  readonly store: DeploymentStore;
  readonly probe: typeof probeTarget;
  readonly probeTimeoutMs: number;
  readonly faults: FaultPoints;
  readonly log: Logger;
  readonly clock: () => number;
}

interface Subject {
  readonly deployment: Deployment;
  readonly candidate: Candidate;
  readonly instance: Instance;
  readonly release: Release;
}

/**
 * Between `ready` and the decision: the coordinator probes the target itself and takes the decision. One run
 * per deployment in this process; after a crash any coordinator begins again, since the decision is taken once.
 */
export class Verification {
  readonly #options: VerificationOptions;
  readonly #running = new Map<DeploymentId, Promise<void>>();
  readonly #abort = new AbortController();

  constructor(options: VerificationOptions) {
    this.#options = options;
  }

  /** Begins, or joins the run under way. Resolves when a decision was taken, or this run failed (logged). */
  run(id: DeploymentId): Promise<void> {
    const running = this.#running.get(id);
    if (running) return running;
    const started = this.#verify(id)
      .catch((error: unknown) => {
        this.#options.log.error('verification failed', { deploymentId: id, error });
      })
      .finally(() => this.#running.delete(id));
    this.#running.set(id, started);
    return started;
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#running.values());
  }

  async #verify(id: DeploymentId): Promise<void> {
    const subject = await this.#load(id);
    if (!subject) return;
    const { faults, probe, probeTimeoutMs } = this.#options;
    const { candidate, release } = subject;
    await faults.reach('probe.before');
    const result = await probe(
      { host: candidate.target_host, port: candidate.target_port },
      { path: release.product.health.path, timeoutMs: probeTimeoutMs, signal: this.#abort.signal },
    );
    await faults.reach('decide.before');
    const order = result.healthy
      ? this.#switchTo(subject)
      : this.#abandon(
          { code: 'unhealthy', detail: `The new release does not answer: ${result.last}` },
          'failed',
        );
    await this.#decide(id, order);
    await faults.reach('decide.after');
  }

  async #load(id: DeploymentId): Promise<Subject | undefined> {
    const { store } = this.#options;
    const deployment = await store.deployment(id);
    if (!deployment?.candidate || deployment.decision || deployment.release_id === '') return undefined;
    const instance = await store.instance(deployment.instance_id);
    const stored = await store.release(deployment.release_id);
    if (!instance || !stored) return undefined;
    return { deployment, candidate: deployment.candidate, instance, release: stored.release };
  }

  #switchTo({ candidate, instance, release }: Subject): DecisionOrder {
    const routes = release.product.endpoints.flatMap((endpoint): NewRoute[] => {
      const found = candidate.endpoints[endpoint.name];
      if (!found) return [];
      return [
        {
          endpoint: endpointIdOf(instance.id, endpoint),
          target_host: candidate.target_host,
          target_port: found.port,
          container_id: found.container_id,
        },
      ];
    });
    return {
      decision: {
        outcome: 'switched',
        at: this.#options.clock(),
        retire: instance.live_seq === '' ? [] : [projectOf(instance.id, instance.live_seq)],
        ...(instance.live_deployment !== '' && { replaces: instance.live_deployment }),
      },
      routes,
      endpointIds: routes.map((route) => route.endpoint),
      imageIds: candidate.image_ids,
      to: 'retiring',
    };
  }

  #abandon(reason: Reason, to?: Phase): DecisionOrder {
    return {
      decision: { outcome: 'abandoned', at: this.#options.clock(), reason, retire: [] },
      reason,
      ...(to && { to }),
    };
  }

  async #decide(id: DeploymentId, order: DecisionOrder): Promise<void> {
    // The store may have become another one while we probed.
    requireTrust(this.#options);
    const { store, log } = this.#options;
    let outcome = await store.decide(id, order);
    if (outcome.kind === 'refused' && order.decision.outcome === 'switched') {
      outcome = await this.#decideAgainst(id, outcome.why);
    }
    if (outcome.kind !== 'decided') return;
    log.info('decision taken', {
      deploymentId: id,
      reason: outcome.decision.outcome,
      revision: outcome.revision,
    });
  }

  /** A switch that is no longer allowed: the cancel's own phase follows when its build has ended. */
  async #decideAgainst(id: DeploymentId, why: string): Promise<DecideOutcome> {
    const { store } = this.#options;
    if (why === 'cancel' || why === 'desired') return store.decide(id, this.#abandon(CANCELLED));
    if (why === 'deadline') return store.decide(id, this.#abandon(TIMED_OUT, 'timed_out'));
    const reason = { code: 'superseded', detail: `The switch is no longer allowed (${why})` };
    return store.decide(id, this.#abandon(reason, 'failed'));
  }
}

const CANCELLED: Reason = { code: 'cancelled', detail: 'Cancelled before it went live' };
