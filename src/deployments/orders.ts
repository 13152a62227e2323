import type { IdempotentCall } from '../http/idempotency-key.ts';
import type { Host, HostStore } from '../hosts/host.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Environment } from '../products/environment.ts';
import { validateInputs } from '../products/input-values.ts';
import type { InputValue, Product } from '../products/product.ts';
import { newReleaseId, type DeploymentId } from './deployment.ts';
import type { DeployBody } from './order-schemas.ts';
import type { DeploymentStore, NewOrder } from './deployment-store.ts';
import { keyOf, placedBefore, type IdempotencyKey } from './idempotency.ts';
import type { Instance, InstanceId } from './instance.ts';
import type { JobBook } from './job-book.ts';
import { newDeployment } from './new-deployment.ts';
import { newInstance } from './new-instance.ts';
import { releaseOf } from './release.ts';
import type { Tracker } from './tracker.ts';

/** Who gives an order, over what. */
export interface Orderer {
  readonly user: string;
  readonly trigger: 'panel' | 'api';
  /** Names the credential for idempotency: the same key of another credential is another key. */
  readonly credential: string;
}

export interface CreateOrder {
  readonly product_id: string;
  readonly client_name: string;
  readonly environment: Environment;
  readonly host_id?: string;
  readonly target_host?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** Epoch milliseconds. */
  readonly expires_at?: number;
  readonly why?: string;
}

export interface Placed {
  readonly instance_id: InstanceId;
  readonly deployment_id: DeploymentId;
}

export interface OrdersOptions {
  readonly store: DeploymentStore;
  readonly hosts: HostStore;
  readonly products: { get(id: string): Product };
  readonly jobs: JobBook;
  readonly tracker: Pick<Tracker, 'poke' | 'look'>;
  /** Picks the host of a new instance; throws `host_required` with the choices. */
  readonly chooseHost: (order: CreateOrder, visitor: string) => Promise<Host>;
  readonly deadlineMs: number;
  readonly log: Logger;
  readonly clock: () => number;
}

/** Takes orders: validated, stored, queued; nothing is heard by Jenkins before the record exists. */
export class Orders {
  readonly #options: OrdersOptions;

  constructor(options: OrdersOptions) {
    this.#options = options;
  }

  /** A new instance and its first deployment. With the same idempotency key and body: the same answer. */
  async create(
    order: CreateOrder,
    orderer: Orderer,
    extra: { readonly visitor: string; readonly idempotent?: IdempotentCall },
  ): Promise<Placed> {
    const { products, store, chooseHost, clock } = this.#options;
    const idempotency = extra.idempotent && keyOf(orderer, extra.idempotent);
    if (idempotency) {
      const before = placedBefore(await store.replay(idempotency));
      if (before) return before;
    }
    const product = products.get(order.product_id);
    const inputs = validateInputs(product, order.inputs);
    const host = await chooseHost(order, extra.visitor);
    const instance = newInstance({ order, product, hostId: host.id, by: orderer.user, now: clock() });
    const placed = await this.#place({ instance, product, inputs }, orderer, { why: order.why });
    return this.#store({ ...placed, instance }, idempotency);
  }

  /** Another deployment of an instance: of the product as it is now, with these inputs or the ones before. */
  async deployAgain(
    id: InstanceId,
    order: DeployBody,
    { idempotent, ...orderer }: Orderer & { readonly idempotent?: IdempotentCall | undefined },
  ): Promise<Placed> {
    const { products, store } = this.#options;
    const idempotency = idempotent && keyOf(orderer, idempotent);
    const before = idempotency && placedBefore(await store.replay(idempotency));
    if (before) return before;
    const instance = await this.#known(id);
    const product = products.get(instance.product_id);
    mustBeVersion(product, order.product_version);
    const inputs = validateInputs(product, order.inputs ?? (await this.#inputsBefore(instance, product)));
    return this.#store(
      await this.#place({ instance, product, inputs }, orderer, { why: order.why }),
      idempotency,
    );
  }

  /** Cancels what is active and queues the removal behind it. A second removal joins the one under way. */
  async remove(
    id: InstanceId,
    { keepData, why }: { readonly keepData: boolean; readonly why?: string },
    orderer: Orderer,
  ): Promise<Placed> {
    const instance = await this.#known(id);
    const { store, jobs, clock, deadlineMs, tracker } = this.#options;
    const now = clock();
    const deployment = newDeployment({
      instance,
      kind: 'destroy',
      releaseId: '',
      job: await jobs.jobFor('destroy', instance.product_id, instance.environment),
      now,
      deadlineAt: now + deadlineMs,
      trigger: orderer.trigger,
      by: orderer.user,
      why: why ?? '',
      keepData,
    });
    const placed = await this.#store({ deployment }, undefined);
    const joins = placed.deployment_id !== deployment.id;
    if (!joins && instance.active !== '') {
      await store.cancel(instance.active, orderer.user, 'the instance is removed');
      await tracker.look(instance.active);
    }
    return placed;
  }

  /**
   * Asks for the end of a deployment. Throws `already_live` after a switch, `already_removing` after a removal
   * began, `already_ended` when it is over.
   */
  async cancel(id: DeploymentId, orderer: Orderer, why?: string): Promise<void> {
    const { store, tracker, log } = this.#options;
    const deployment = await store.deployment(id);
    if (!deployment) throw new AppError('deployment_not_found', 'There is no such deployment');
    const outcome = await store.cancel(id, orderer.user, why);
    if (outcome.kind === 'already_live')
      throw new AppError('already_live', 'The new release is live already');
    if (outcome.kind === 'already_removing')
      throw new AppError('already_removing', 'The removal has begun: the link leads nowhere any more');
    if (outcome.kind === 'ended')
      throw new AppError('already_ended', `The deployment has ended: ${outcome.phase}`);
    log.info('cancel ordered', { deploymentId: id, user: orderer.user });
    void tracker.look(id);
  }

  async #known(id: InstanceId): Promise<Instance> {
    const instance = await this.#options.store.instance(id);
    if (!instance) throw new AppError('instance_not_found', 'There is no such instance');
    if (instance.deleted_at !== undefined)
      throw new AppError('instance_deleted', 'This instance was deleted');
    return instance;
  }

  async #inputsBefore(instance: Instance, product: Product): Promise<Readonly<Record<string, unknown>>> {
    const id = instance.desired_release || instance.live_release;
    const stored = id === '' ? undefined : await this.#options.store.release(id);
    const values = new Map(stored?.release.inputs.map(({ env, value }) => [env, value]));
    const known = Object.entries(product.inputs).filter(([, spec]) => values.has(spec.env));
    return Object.fromEntries(
      known.map(([name, spec]) => [name, typed(spec.type, values.get(spec.env) ?? '')]),
    );
  }

  async #place(
    { instance, product, inputs }: { instance: Instance; product: Product; inputs: readonly InputValue[] },
    orderer: Orderer,
    { why }: { readonly why: string | undefined },
  ): Promise<NewOrder> {
    const { clock, deadlineMs, jobs } = this.#options;
    const now = clock();
    const release = releaseOf(product, inputs, {
      id: newReleaseId(),
      instance_id: instance.id,
      created_at: now,
    });
    const deployment = newDeployment({
      instance,
      kind: 'deploy',
      releaseId: release.release.id,
      job: await jobs.jobFor('deploy', product.id, instance.environment),
      now,
      deadlineAt: now + (product.deadline_s > 0 ? product.deadline_s * 1_000 : deadlineMs),
      trigger: orderer.trigger,
      by: orderer.user,
      why: why ?? '',
    });
    return { deployment, release };
  }

  async #store(order: NewOrder, idempotency: IdempotencyKey | undefined): Promise<Placed> {
    const { store, tracker, log } = this.#options;
    const { deployment } = order;
    const placed: Placed = { instance_id: deployment.instance_id, deployment_id: deployment.id };
    const outcome = await store.create({
      ...order,
      ...(idempotency && { idempotency: { ...idempotency, answer: JSON.stringify(placed) } }),
    });
    const before = placedBefore(outcome);
    if (before) return before;
    log.info('order accepted', {
      deploymentId: deployment.id,
      instanceId: deployment.instance_id,
      user: deployment.by,
    });
    // The order stands; that it starts a moment later when this look fails is the tracker's business.
    await tracker.poke(deployment.host_id).catch((error: unknown) => {
      log.warn('dispatch postponed', { deploymentId: deployment.id, error });
    });
    return placed;
  }
}

/** Only one version of a product is here: the one of its folder. */
function mustBeVersion({ name, version }: Product, wanted: string | undefined): void {
  if (wanted === undefined || wanted === version) return;
  throw new AppError('product_not_found', `${name} has version ${version} here, not ${wanted}`);
}

function typed(type: 'string' | 'integer' | 'boolean', text: string): string | number | boolean {
  if (type === 'integer') return Number(text);
  return type === 'boolean' ? text === 'true' : text;
}
