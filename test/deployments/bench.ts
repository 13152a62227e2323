import type { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { BreakGlass } from '../../src/deployments/break-glass.ts';
import { createDeployments, type Deployments } from '../../src/deployments/deployments.ts';
import type { Build } from '../../src/deployments/build-server.ts';
import type { ClaimAnswer, ReadyMessage } from '../../src/deployments/callback-messages.ts';
import { createJobBook } from '../../src/deployments/job-book.ts';
import { RedisBreakGlassStore } from '../../src/deployments/redis-break-glass-store.ts';
import { RedisDeploymentStore } from '../../src/deployments/redis-deployment-store.ts';
import { ReleaseBox } from '../../src/deployments/release-box.ts';
import type { InspectedContainer } from '../../src/hosts/container-inspector.ts';
import { createHostChooser } from '../../src/hosts/host-chooser.ts';
import type { Host } from '../../src/hosts/host.ts';
import { RedisHostStore } from '../../src/hosts/redis-host-store.ts';
import { AppError } from '../../src/platform/errors.ts';
import { FaultPoints } from '../../src/platform/faults.ts';
import { Lifecycle } from '../../src/platform/lifecycle.ts';
import { noLog } from '../../src/platform/logger.ts';
import { noMetrics } from '../../src/platform/metrics.ts';
import { pollUntil } from '../../src/platform/polling.ts';
import { Secret } from '../../src/platform/secret.ts';
import type { Product, ProductId } from '../../src/products/product.ts';
import type { ProbeResult } from '../../src/routing/target-probe.ts';
import { MemoryBuildServer } from '../fakes/memory-build-server.ts';
import { aHost as anyHost } from '../hosts/host-builder.ts';

export const DEPLOY_JOB = 'ark-deploy-instance';
export const DESTROY_JOB = 'ark-destroy-instance';
export const ORDERER = { user: 'admin', trigger: 'api', credential: 'token' } as const;
export const SECRET = new Secret('secret of the bench');
export const never = new AbortController().signal;

export const HELLO: Product = {
  id: 'hello' as ProductId,
  name: 'Hello',
  description: 'one web container',
  version: '1.0.0',
  endpoints: [{ name: 'web', service: 'web', port: 8080, primary: true }],
  health: { path: '/healthz', timeout_s: 10 },
  strategy: 'swap',
  deadline_s: 900,
  drain_s: 5,
  inputs: {
    title: {
      type: 'string',
      required: false,
      secret: false,
      max_length: 80,
      env: 'APP_TITLE',
      default: 'Hola',
    },
  },
  secrets: [],
  singletons: [],
  permissions: [],
  compose: { text: '{"services":{"web":{"image":"ark/hello:1"}}}', digest: 'sha256:00' },
  digest: 'sha256:01',
};

/** A host with few ports, so that a test can use them up. */
export function aHost(changes: Partial<Host> = {}): Host {
  return anyHost({ address: '100.64.30.11', port_min: 20_000, port_max: 20_099, ...changes });
}

/** The coordinator's core on a real Redis, with a build server in memory, a clock that we set and a scripted probe. */
export class Bench {
  readonly redis: Redis;
  readonly prefix = `ark:{t${randomBytes(6).toString('hex')}}:`;
  readonly hosts: RedisHostStore;
  readonly builds: MemoryBuildServer;
  readonly store: RedisDeploymentStore;
  readonly box: ReleaseBox;
  readonly faults = new FaultPoints();
  now = Date.now();
  /** What is in the catalogue now. */
  product: Product = HELLO;
  /** False: the store is another one than before. */
  mayAct = true;
  probe: () => ProbeResult | Promise<ProbeResult> = () => ({ healthy: true });
  proxies = { acknowledged: true, open: 0 };
  /** What hosts say of their containers, by id. */
  readonly containers = new Map<string, InspectedContainer>();
  readonly breakGlassStore: RedisBreakGlassStore;
  readonly breakGlass: BreakGlass;
  core!: Deployments;
  lifecycle = new Lifecycle();

  constructor(redis: Redis) {
    this.redis = redis;
    this.hosts = new RedisHostStore({ redis, prefix: this.prefix });
    this.box = new ReleaseBox(SECRET);
    const clock = (): number => this.now;
    this.builds = new MemoryBuildServer({ jobs: [DEPLOY_JOB, DESTROY_JOB], now: clock });
    const scripts = { redis, prefix: this.prefix, clock, portQuarantineMs: 86_400_000 };
    this.store = new RedisDeploymentStore({ ...scripts, box: this.box });
    this.breakGlassStore = new RedisBreakGlassStore(scripts);
    this.breakGlass = new BreakGlass({
      ...{
        store: this.store,
        breakGlassStore: this.breakGlassStore,
        hosts: this.hosts,
        builds: this.builds,
        log: noLog,
        clock,
      },
      containers: { inspect: async (_host, id) => Promise.resolve(this.containers.get(id)) },
      mayAct: () => this.mayAct,
    });
    this.restart();
  }

  /** A coordinator that lost all memory: what a crash leaves is in the store. */
  restart(): void {
    const { store, hosts, builds, faults } = this;
    this.lifecycle = new Lifecycle();
    this.core = createDeployments(
      {
        store,
        hosts,
        builds,
        faults,
        products: { get: (id) => this.#productOf(id) },
        chooseHost: createHostChooser({
          hosts,
          productSettings: async () => Promise.resolve({ enabled: true }),
          loadOf: (id) => store.load(id),
        }),
        jobs: createJobBook({
          deployJob: DEPLOY_JOB,
          destroyJob: DESTROY_JOB,
          productJobs: async () => Promise.resolve(undefined),
        }),
        proxies: { seen: async () => Promise.resolve(this.proxies) },
        probe: async () => this.probe(),
        secret: SECRET,
        ourUser: 'ark',
        deadlineMs: 900_000,
        probeTimeoutMs: 1_000,
        trackEveryMs: 1_000,
        mayAct: () => this.mayAct,
        linkTo: (id) => `http://pages/deployments/${id}`,
        log: noLog,
        metrics: noMetrics,
        clock: () => this.now,
      },
      this.lifecycle,
    );
  }

  async order(host = 'cl-a', client = 'Acme') {
    const order = { product_id: 'hello', client_name: client, environment: 'prod', host_id: host } as const;
    return this.core.orders.create(order, ORDERER, { visitor: '' });
  }

  claim(build: Build): Promise<ClaimAnswer> {
    return this.core.claims.claim({ protocol: 1, job: build.job, build_number: build.number }, never);
  }

  readyMessage(claim: ClaimAnswer): ReadyMessage {
    const endpoints = claim.endpoints.map(
      ({ name, candidates }) => [name, containerOn(candidates[0] ?? 0, name)] as const,
    );
    const primary = containerOn(claim.endpoints[0]?.candidates[0] ?? 0, claim.endpoints[0]?.name ?? '');
    return {
      lease: claim.lease,
      deployment_id: claim.deployment_id,
      project: claim.project,
      target_host: claim.host.address,
      target_port: primary.port,
      container_name: primary.container_name,
      container_id: primary.container_id,
      endpoints: Object.fromEntries(endpoints),
      image_ids: {},
    };
  }

  /** Order → build → claim → ready → retired → end: an instance that is live. */
  async bringLive(host = 'cl-a') {
    const placed = await this.order(host);
    const { claim, build } = await this.runBuild();
    return { ...placed, claim, build };
  }

  /** The next queued build runs to its good end. */
  async runBuild() {
    await this.core.tracker.round();
    const build = this.builds.startNext();
    if (!build) throw new Error('nothing is queued');
    const claim = await this.claim(build);
    const leased = { lease: claim.lease, deployment_id: claim.deployment_id };
    const answer = await this.core.callbacks.ready(this.readyMessage(claim));
    await this.core.callbacks.retired({ ...leased, removed: retireListOf(answer.body) });
    this.builds.end(build, 'SUCCESS');
    await this.core.tracker.round();
    return { claim, build, answer };
  }

  /** Waits until something holds; the tracker starts probes that nobody awaits. */
  async until(holds: () => Promise<boolean>): Promise<void> {
    const found = await pollUntil(async () => ((await holds()) ? true : undefined), {
      ...{ everyMs: 5, timeoutMs: 5_000, signal: never },
    });
    if (!found) throw new Error('it never came to hold');
  }

  /** The record of a route; null when there is none. */
  async route(endpoint: string): Promise<Readonly<Record<string, unknown>> | null> {
    return JSON.parse((await this.redis.get(`${this.prefix}route:${endpoint}`)) ?? 'null') as Record<
      string,
      unknown
    > | null;
  }

  #productOf(id: string): Product {
    if (id !== this.product.id) throw new AppError('product_not_found', 'There is no such product');
    return this.product;
  }

  async close(): Promise<void> {
    await this.lifecycle.close(1_000);
  }
}

function retireListOf(body: object): readonly string[] {
  return 'retire' in body ? (body.retire as readonly string[]) : [];
}

function containerOn(port: number, name: string) {
  return { port, container_name: `c-${name}`, container_id: String(port).padStart(12, '0') };
}
