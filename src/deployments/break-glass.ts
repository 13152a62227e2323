import type { HostStore } from '../hosts/host.ts';
import type { ContainerInspector } from '../hosts/container-inspector.ts';
import { AppError, toAppError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Route } from '../routing/route.ts';
import type { BuildServer } from './build-server.ts';
import type { BreakGlassStore, RouteSetting, SetRouteOutcome } from './break-glass-store.ts';
import { proveContainer } from './container-proof.ts';
import { isReleaseId, type Deployment, type DeploymentId, type Reason } from './deployment.ts';
import type { DeploymentStore } from './deployment-store.ts';
import { endpointIdOf, projectOf, type Instance } from './instance.ts';
import { recoverLive } from './recovery.ts';
import { requireTrust, type StoreTrust } from './store-trust.ts';

/** Jenkins is told, but not waited for: that it does not answer may be why somebody breaks the glass. */
const JENKINS_WITHIN_MS = 3_000;
const NEWEST = 200;

export interface BreakGlassOptions extends StoreTrust {
  readonly store: DeploymentStore;
  readonly breakGlassStore: BreakGlassStore;
  readonly hosts: HostStore;
  readonly builds: Pick<BuildServer, 'stopBuild' | 'cancelQueueItem'>;
  readonly containers: ContainerInspector;
  readonly log: Logger;
  readonly clock: () => number;
}

/** Who acts, and in whose words why. */
export interface Because {
  readonly by: string;
  readonly why: string;
}

/** What an operator does when the normal way is blocked. Every act may be repeated. */
export class BreakGlass {
  readonly #options: BreakGlassOptions;

  constructor(options: BreakGlassOptions) {
    this.#options = options;
  }

  /**
   * Ends a deployment without waiting for Jenkins: nothing of it goes live any more, its lease is void, lock and slot
   * are free. Returns whether Jenkins was told to stop its build. Throws `conflict` for what only waits, and
   * `already_ended`.
   */
  async forceFail(deployment: Deployment, { by, why }: Because): Promise<{ readonly jenkinsTold: boolean }> {
    requireTrust(this.#options);
    const { store, breakGlassStore, clock } = this.#options;
    const reason: Reason = { code: 'force_failed', detail: `Ended by ${by}: ${why}` };
    const decision = { outcome: 'abandoned', at: clock(), reason, retire: [] } as const;
    const outcome = await breakGlassStore.forceFail(deployment.id, { decision, reason, by });
    if (outcome.kind === 'waiting') {
      throw new AppError('conflict', 'This deployment only waits and holds nothing: cancel it');
    }
    if (outcome.kind === 'finished') {
      throw new AppError('already_ended', `This deployment has ended: ${outcome.phase}`);
    }
    // It may have claimed since it was read.
    const ended = (await store.deployment(deployment.id)) ?? deployment;
    await recoverLive(store, ended, clock());
    await store.finish(ended.id, []);
    return { jenkinsTold: await this.#tellJenkins(ended) };
  }

  /** Takes a link away; the instance stays. Returns the tombstone. Throws `conflict` when it never had a route. */
  async withdrawRoute(
    instance: Instance,
    endpoint: string | undefined,
    { by, why }: Because,
  ): Promise<Route> {
    requireTrust(this.#options);
    const primary = endpoint === undefined || (await this.#isPrimary(instance, endpoint));
    const endpointId = endpointIdOf(instance.id, { name: endpoint ?? '', primary });
    const route = await this.#options.breakGlassStore.withdrawRoute({
      instanceId: instance.id,
      endpointId,
      reason: why,
      by,
    });
    if (!route) throw new AppError('conflict', `${endpointId} has no route`);
    return route;
  }

  /**
   * Leads a link to a running container, once its host has proven over SSH that it is one of this instance. Throws
   * `target_not_proven`, `host_unreachable`, `host_key_mismatch`, `host_not_found`, and `conflict` while a deployment
   * is at work or where the state does not allow it.
   */
  async setRoute(
    instance: Instance,
    { containerId, endpoint }: { readonly containerId: string; readonly endpoint: string | undefined },
    { by, why, signal }: Because & { readonly signal: AbortSignal },
  ): Promise<Route> {
    requireTrust(this.#options);
    const { store, breakGlassStore, hosts, containers } = this.#options;
    const host = await hosts.get(instance.host_id);
    if (!host) throw new AppError('host_not_found', 'The host of this instance is no longer registered');
    const container = await containers.inspect(host, containerId, signal);
    const releaseId = container?.labels['ark.release'] ?? '';
    const stored = isReleaseId(releaseId) ? await store.release(releaseId) : undefined;
    const proof = proveContainer({ container, host, instance, release: stored?.release, endpoint });
    const { endpoint: found, port, seq } = proof;
    const setting: RouteSetting = {
      instanceId: instance.id,
      endpointId: endpointIdOf(instance.id, found),
      primary: found.primary,
      hostId: host.id,
      container: {
        ...{ id: proof.id, host: host.address, port, seq, project: projectOf(instance.id, seq) },
        release_id: proof.releaseId,
        deployment_id: await this.#deploymentOf(instance, seq),
      },
      reason: why,
      by,
    };
    // The store may have become another one while the host was asked.
    requireTrust(this.#options);
    return routeOf(await breakGlassStore.setRoute(setting));
  }

  async #tellJenkins({ id, job, build, queue_id: queueId }: Deployment): Promise<boolean> {
    const { builds, log } = this.#options;
    const signal = AbortSignal.timeout(JENKINS_WITHIN_MS);
    try {
      if (build) await builds.stopBuild({ job, number: build.number }, 'stop', signal);
      else if (queueId !== '') return await builds.cancelQueueItem(queueId, id, signal);
      return build !== undefined;
    } catch (error) {
      log.warn('jenkins not told', { deploymentId: id, errorCode: toAppError(error).code, error });
      return false;
    }
  }

  /** Whether the live release has this as its primary endpoint; a name that it does not have is a further one. */
  async #isPrimary(
    { live_release: live, desired_release: desired }: Instance,
    name: string,
  ): Promise<boolean> {
    const id = live || desired;
    const stored = id === '' ? undefined : await this.#options.store.release(id);
    return stored?.release.product.endpoints.some((each) => each.name === name && each.primary) ?? false;
  }

  async #deploymentOf({ id }: Instance, seq: string): Promise<DeploymentId | ''> {
    const { items } = await this.#options.store.deployments({ limit: NEWEST }, { instance: id });
    return items.find((deployment) => deployment.seq === seq)?.id ?? '';
  }
}

function routeOf(outcome: SetRouteOutcome): Route {
  switch (outcome.kind) {
    case 'set':
      return outcome.route;
    case 'held':
      throw new AppError(
        'conflict',
        'A deployment is at work on this instance: wait for it, or end it by force',
        {
          details: { holder: outcome.by },
        },
      );
    case 'not_present':
      throw new AppError('conflict', 'This instance is not wanted: it is deleted, or shall not run');
    case 'other_release':
      throw new AppError(
        'conflict',
        'This container belongs to another release than the live one: set the primary route first',
      );
    case 'port_taken':
      throw new AppError('conflict', `The port belongs to ${outcome.project}`);
    default:
      return outcome satisfies never;
  }
}
