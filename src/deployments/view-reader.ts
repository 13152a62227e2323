import type { HostId } from '../hosts/host.ts';
import { endpointIdOf } from './instance.ts';
import type { Deployment, DeploymentId } from './deployment.ts';
import type { DeploymentStore } from './deployment-store.ts';
import type { Instance } from './instance.ts';
import { isTerminal } from './phases.ts';
import {
  toDeploymentView,
  toInstanceView,
  type DeploymentFacts,
  type DeploymentView,
  type InstanceView,
} from './views.ts';

export interface ViewsOptions {
  readonly store: DeploymentStore;
  /** Public address of the instances. */
  readonly appsUrl: string;
}

/** Reads what a view needs and puts it together. */
export class Views {
  readonly #options: ViewsOptions;

  constructor(options: ViewsOptions) {
    this.#options = options;
  }

  accessUrl(instance: Pick<Instance, 'id'>): string {
    return `${this.#options.appsUrl}/instances/${endpointIdOf(instance.id, { name: '', primary: true })}/`;
  }

  async instance(instance: Instance): Promise<InstanceView> {
    const { store } = this.#options;
    const releaseId = instance.live_release || instance.desired_release;
    const [stored, active, waiting, last] = await Promise.all([
      releaseId === '' ? undefined : store.release(releaseId),
      this.#factsById(instance.active, instance),
      this.#factsById(instance.waiting, instance),
      this.#factsById(instance.last_deployment, instance),
    ]);
    return toInstanceView({
      instance,
      accessUrl: this.accessUrl(instance),
      release: stored?.release,
      active,
      waiting,
      last,
    });
  }

  async deployment(deployment: Deployment): Promise<DeploymentView> {
    const instance = await this.#options.store.instance(deployment.instance_id);
    return toDeploymentView(await this.#facts(deployment, instance));
  }

  async #factsById(id: DeploymentId | '', instance: Instance): Promise<DeploymentFacts | undefined> {
    const deployment = id === '' ? undefined : await this.#options.store.deployment(id);
    return deployment && this.#facts(deployment, instance);
  }

  async #facts(deployment: Deployment, instance: Instance | undefined): Promise<DeploymentFacts> {
    const { store } = this.#options;
    const host: HostId = deployment.host_id;
    const load = isTerminal(deployment.phase) ? undefined : await store.load(host);
    return { deployment, instance, load, stages: await store.stages(deployment.id) };
  }
}
