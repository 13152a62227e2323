import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import { sleep } from '../platform/polling.ts';
import { toAppError } from '../platform/errors.ts';
import type { HostId } from '../hosts/host.ts';
import type { Deployment, DeploymentId } from './deployment.ts';
import type { DeploymentStore } from './deployment-store.ts';
import { admitWaiting } from './admission.ts';
import type { FirstSeen } from './first-seen.ts';
import type { Follower } from './follower.ts';
import { isTerminal } from './phases.ts';
import type { StoreTrust } from './store-trust.ts';

export interface TrackerOptions extends StoreTrust {
  readonly store: DeploymentStore;
  readonly follower: Follower;
  readonly seen: FirstSeen;
  /** How often everything open is looked at. */
  readonly everyMs: number;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/**
 * Follows every open deployment to its end, from whatever phase it is in: what a restart of the coordinator
 * finds is followed on like everything else. One step per deployment at a time.
 */
export class Tracker {
  readonly #options: TrackerOptions;
  readonly #busy = new Map<DeploymentId, Promise<void>>();
  readonly #abort = new AbortController();
  /** What was open in the last round: what left it since has finished. */
  #open: readonly DeploymentId[] = [];
  #loop: Promise<void> | undefined;

  constructor(options: TrackerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop ??= this.#run(this.#abort.signal);
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#loop;
    await Promise.all(this.#busy.values());
  }

  /** Looks at once at what waits on a host: after an order, and when a slot came free. */
  async poke(host: HostId): Promise<void> {
    if (!this.#options.mayAct()) return;
    void Promise.all(await this.#letIn(host));
  }

  /**
   * Takes the next step of one deployment now, or joins the step under way. Never rejects: a failed step is
   * logged and repeated in the next round.
   */
  look(id: DeploymentId): Promise<void> {
    const running = this.#busy.get(id);
    if (running) return running;
    const step = this.#step(id)
      .catch((error: unknown) => {
        if (this.#abort.signal.aborted) return;
        const { code: errorCode } = toAppError(error);
        this.#options.log.warn('deployment not followed', { deploymentId: id, errorCode, error });
      })
      .finally(() => this.#busy.delete(id));
    this.#busy.set(id, step);
    return step;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.round().catch((error: unknown) => {
        this.#options.log.warn('tracking paused', { error, errorCode: toAppError(error).code });
      });
      await sleep(this.#options.everyMs, signal).catch(() => undefined);
    }
  }

  /** Looks at everything open once; the loop does so by itself. Throws `store_unavailable`. */
  async round(): Promise<void> {
    const { store, mayAct, seen, follower } = this.#options;
    if (!mayAct()) return;
    const ids = await store.open();
    const finished = this.#open.filter((id) => !ids.includes(id));
    this.#open = ids;
    seen.keepOnly(ids);
    for (const deployment of await this.#read(finished)) this.#noteFinished(deployment);
    const open = await this.#read(ids);
    const waiting = open.filter(({ phase }) => phase === 'waiting');
    const steps: Promise<void>[] = [];
    for (const host of new Set(waiting.map(({ host_id }) => host_id)))
      steps.push(...(await this.#admit(host)));
    // who stands in line takes no step, and there may be hundreds
    for (const one of open) if (follower.hasStep(one)) steps.push(this.look(one.id));
    await Promise.all(steps);
  }

  /** One host that cannot be looked at stops none of the others. */
  async #admit(host: HostId): Promise<readonly Promise<void>[]> {
    try {
      return await this.#letIn(host);
    } catch (error) {
      const { code: errorCode } = toAppError(error);
      this.#options.log.warn('dispatch postponed', { hostId: host, error, errorCode });
      return [];
    }
  }

  /** The first steps of those who may start now; none of them rejects. */
  async #letIn(host: HostId): Promise<readonly Promise<void>[]> {
    return (await admitWaiting(this.#options.store, host)).map((id) => this.look(id));
  }

  async #step(id: DeploymentId): Promise<void> {
    const { store, follower, mayAct } = this.#options;
    const deployment = await store.deployment(id);
    if (!deployment || deployment.finished_at !== undefined || !mayAct()) return;
    await follower.step(deployment, this.#abort.signal);
  }

  #noteFinished(deployment: Deployment): void {
    const { log, metrics } = this.#options;
    const durationMs = (deployment.finished_at ?? 0) - deployment.created_at;
    if (isTerminal(deployment.phase)) metrics.deploymentEnded(deployment.phase, durationMs / 1_000);
    log.info('deployment finished', {
      deploymentId: deployment.id,
      instanceId: deployment.instance_id,
      phase: deployment.phase,
      durationMs,
      reason: deployment.reason?.code,
    });
  }

  /** Those that can be read: one damaged record stops none of the others. */
  async #read(ids: readonly DeploymentId[]): Promise<Deployment[]> {
    const found = await Promise.all(ids.map((id) => this.#readOne(id)));
    return found.filter((deployment) => deployment !== undefined);
  }

  async #readOne(id: DeploymentId): Promise<Deployment | undefined> {
    try {
      return await this.#options.store.deployment(id);
    } catch (error) {
      const { code: errorCode } = toAppError(error);
      if (errorCode === 'store_unavailable') throw error;
      this.#options.log.error('deployment not readable', { deploymentId: id, errorCode, error });
      return undefined;
    }
  }
}
