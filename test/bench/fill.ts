import { join } from 'node:path';
import type { CoordinatorConfig } from '../../src/config/config.ts';
import { newReleaseId, type Deployment } from '../../src/deployments/deployment.ts';
import type { QueueId } from '../../src/deployments/build-server.ts';
import type { Instance } from '../../src/deployments/instance.ts';
import { newDeployment } from '../../src/deployments/new-deployment.ts';
import { newInstance } from '../../src/deployments/new-instance.ts';
import { RedisDeploymentStore } from '../../src/deployments/redis-deployment-store.ts';
import { ReleaseBox } from '../../src/deployments/release-box.ts';
import { releaseOf, type Release } from '../../src/deployments/release.ts';
import type { Host } from '../../src/hosts/host.ts';
import { RedisHostStore } from '../../src/hosts/redis-host-store.ts';
import type { Redis } from '../../src/platform/redis.ts';
import { ProductCatalogue } from '../../src/products/product-catalogue.ts';
import type { Product } from '../../src/products/product.ts';
import { aHost } from '../hosts/host-builder.ts';

const HOSTS = 100;
const PRODUCTS = join(import.meta.dirname, '../../ansible/products');

export interface Order {
  readonly instance: Instance;
  readonly deployment: Deployment;
  readonly release: Release;
  readonly host: Host;
}

/** Fills a store as the coordinator would have: by its own scripts, hosts side by side, no record written by hand. */
export class Filler {
  readonly store: RedisDeploymentStore;
  readonly #hosts: RedisHostStore;
  #product: Product | undefined;
  #build = 1_000;

  constructor(redis: Redis, config: CoordinatorConfig) {
    const shared = { redis, prefix: config.redis.prefix, clock: Date.now };
    const box = new ReleaseBox(config.access.secret);
    this.store = new RedisDeploymentStore({ ...shared, ...config.deployments, box });
    this.#hosts = new RedisHostStore(shared);
  }

  /** So many instances that run, on a hundred hosts. Returns their ids. */
  async fill(count: number): Promise<readonly string[]> {
    const catalogue = new ProductCatalogue({ dirs: [PRODUCTS] });
    await catalogue.load();
    this.#product = catalogue.get('hello');
    const each = Math.ceil(count / HOSTS);
    const filled = Array.from({ length: HOSTS }, async (_none, at) => {
      const host = aHost({ id: `bench-${String(at)}`, address: `100.64.10.${String(at + 1)}` });
      await this.#hosts.put(host);
      const ids: string[] = [];
      while (ids.length < Math.min(each, count - at * each))
        ids.push(await this.#bringLive(host, ids.length));
      return ids;
    });
    return (await Promise.all(filled)).flat();
  }

  /** An order whose build may claim now. */
  async queued(): Promise<Order> {
    const host = aHost({ id: 'bench-work', address: '100.64.11.1' });
    await this.#hosts.put(host);
    const order = await this.#order(host, 'Bench');
    await this.#queue(order);
    return order;
  }

  /** Ends what waits, so that the line is as empty as before. */
  async cancelWaiting(): Promise<void> {
    const open = await this.store.open();
    await Promise.all(
      open.map(async (id) => {
        const { phase } = (await this.store.deployment(id)) ?? {};
        if (phase === 'waiting') await this.store.cancel(id, 'bench');
      }),
    );
  }

  async #bringLive(host: Host, at: number): Promise<string> {
    const order = await this.#order(host, `Client ${String(at % 20)}`);
    await this.#queue(order);
    const { store } = this;
    const { instance, deployment } = order;
    const number = (this.#build += 1);
    await store.claim({
      ...{ deploymentId: deployment.id, instanceId: instance.id, job: deployment.job },
      build: { number, timestamp: Date.now(), url: `http://builds.example/${String(number)}/` },
      endpoints: ['web'],
    });
    for (const stage of ['prepare', 'pull', 'start', 'gate'] as const)
      for (const status of ['started', 'done'] as const)
        await store.progress(deployment.id, { stage, status, at: Date.now() }, []);
    await store.advance(deployment.id, { from: ['deploying'], to: 'verifying' });
    const port = (await store.deployment(deployment.id))?.ports?.['web']?.[0] ?? 0;
    const decided = await store.decide(deployment.id, {
      decision: { outcome: 'switched', at: Date.now(), retire: [] },
      routes: [
        { endpoint: instance.id, target_host: host.address, target_port: port, container_id: 'aaaaaaaaaaaa' },
      ],
      endpointIds: [instance.id],
      imageIds: { web: { id: 'sha256:aa' } },
      to: 'retiring',
    });
    if (decided.kind !== 'decided' || !(await store.finish(deployment.id, [])))
      throw new Error(`${instance.id} does not go live`);
    return instance.id;
  }

  async #order(host: Host, client: string): Promise<Order> {
    const product = this.#product;
    if (!product) throw new Error('fill comes first');
    const now = Date.now();
    const order = { product_id: product.id, client_name: client, environment: 'prod' } as const;
    const instance = newInstance({ order, product, hostId: host.id, by: 'bench', now });
    const inputs = [{ env: 'APP_TITLE', value: 'Hola', secret: false }];
    const identity = { id: newReleaseId(), instance_id: instance.id, created_at: now };
    const release = releaseOf(product, inputs, identity);
    const deployment = newDeployment({
      ...{ instance, kind: 'deploy', releaseId: release.release.id, job: 'ark-deploy-instance', now },
      ...{ deadlineAt: now + 3_600_000, trigger: 'api', by: 'bench', why: '' },
    });
    await this.store.create({ instance, deployment, release });
    return { instance, deployment, release: release.release, host };
  }

  async #queue({ deployment }: Order): Promise<void> {
    const admitted = await this.store.admit(deployment.id);
    if (admitted.kind !== 'admitted') throw new Error(`${deployment.id} is not admitted: ${admitted.kind}`);
    await this.store.advance(deployment.id, {
      from: ['triggering'],
      to: 'queued',
      fields: { queue_id: '1' as QueueId },
    });
  }
}
