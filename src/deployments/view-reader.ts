import type { HostId } from '../hosts/host.ts';
import { endpointIdOf } from './instance.ts';
import type { Deployment, DeploymentId } from './deployment.ts';
import type { DeploymentStore, HostLoad } from './deployment-store.ts';
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
    return this.#instance(instance, this.#loads());
  }

  /** In their order; what they share is read once. */
  async instances(instances: readonly Instance[]): Promise<readonly InstanceView[]> {
    const loadOf = this.#loads();
    return Promise.all(instances.map((instance) => this.#instance(instance, loadOf)));
  }

  async deployment(deployment: Deployment): Promise<DeploymentView> {
    const instance = await this.#options.store.instance(deployment.instance_id);
    return toDeploymentView(await this.#facts(deployment, { instance, loadOf: this.#loads() }));
  }

  /** In their order; what they share is read once. */
  async deployments(deployments: readonly Deployment[]): Promise<readonly DeploymentView[]> {
    const loadOf = this.#loads();
    return Promise.all(
      deployments.map(async (deployment) => {
        const instance = await this.#options.store.instance(deployment.instance_id);
        return toDeploymentView(await this.#facts(deployment, { instance, loadOf }));
      }),
    );
  }

  async #instance(instance: Instance, loadOf: LoadOf): Promise<InstanceView> {
    const { store } = this.#options;
    const releaseId = instance.live_release || instance.desired_release;
    const factsById = async (id: DeploymentId | ''): Promise<DeploymentFacts | undefined> => {
      const deployment = id === '' ? undefined : await store.deployment(id);
      return deployment && this.#facts(deployment, { instance, loadOf });
    };
    const [stored, active, waiting, last] = await Promise.all([
      releaseId === '' ? undefined : store.release(releaseId),
      factsById(instance.active),
      factsById(instance.waiting),
      factsById(instance.last_deployment),
    ]);
    const accessUrl = this.accessUrl(instance);
    return toInstanceView({ instance, accessUrl, release: stored?.release, active, waiting, last });
  }

  /** Of one answer: a line of hundreds is read once, not once for each that stands in it. */
  #loads(): LoadOf {
    const loads = new Map<HostId, Promise<HostLoad>>();
    return (host) => {
      const load = loads.get(host) ?? this.#options.store.load(host);
      loads.set(host, load);
      return load;
    };
  }

  async #facts(
    deployment: Deployment,
    { instance, loadOf }: { readonly instance: Instance | undefined; readonly loadOf: LoadOf },
  ): Promise<DeploymentFacts> {
    const load = isTerminal(deployment.phase) ? undefined : await loadOf(deployment.host_id);
    return { deployment, instance, load, stages: await this.#options.store.stages(deployment.id) };
  }
}

type LoadOf = (host: HostId) => Promise<HostLoad>;
