import type { HostId } from '../hosts/host.ts';
import { sendTogether, withStore, type Redis } from '../platform/redis.ts';
import { cancelledBy } from './deployment.ts';
import type { BuildMark, Decision, Deployment, DeploymentId, ReleaseId, StageMark } from './deployment.ts';
import type {
  DeploymentFilter,
  InstanceFilter,
  AdmitOutcome,
  Advance,
  CancelOutcome,
  ClaimOrder,
  ClaimOutcome,
  CreateOutcome,
  DecideOutcome,
  DecisionOrder,
  DeploymentStore,
  HostLoad,
  IdempotencyRecord,
  NewOrder,
  Page,
  PageQuery,
} from './deployment-store.ts';
import type { Instance, InstanceId } from './instance.ts';
import { deploymentIndexes, instanceIndexes } from './list-indexes.ts';
import type { Phase } from './phases.ts';
import { decodeDeployment, decodeInstance, encodeDeployment, encodeInstance } from './record-codec.ts';
import { readHostLoad } from './redis-host-load.ts';
import { readPage } from './redis-page.ts';
import { Scripts, type ScriptsOptions } from './redis-scripts.ts';
import type { ReleaseBox } from './release-box.ts';
import type { ComposeTexts, Release } from './release.ts';

const IDEMPOTENCY_TTL_S = 86_400;
const PORT_CANDIDATES = 3;

export interface RedisDeploymentStoreOptions extends ScriptsOptions {
  /** Seals releases at rest, for the secret inputs in them. */
  readonly box: ReleaseBox;
}

/** DeploymentStore on Redis: hashes for records, sorted sets for order, Lua for every change of state. */
export class RedisDeploymentStore implements DeploymentStore {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #scripts: Scripts;
  readonly #box: ReleaseBox;

  constructor(options: RedisDeploymentStoreOptions) {
    this.#redis = options.redis;
    this.#prefix = options.prefix;
    this.#scripts = new Scripts(options);
    this.#box = options.box;
  }

  async create({ instance, deployment, release, idempotency }: NewOrder): Promise<CreateOutcome> {
    const [word, answer] = await this.#scripts.run('create', {
      ...(instance && { instance: encodeInstance(instance) }),
      deployment: encodeDeployment(deployment),
      ...(release && {
        release: { id: release.release.id, body: this.#box.seal(release.release), texts: release.texts },
      }),
      ...(idempotency && { idempotency: storedIdempotency(idempotency) }),
      replaced_reason: JSON.stringify({
        code: 'superseded',
        detail: `Replaced by the newer order ${deployment.id}`,
      }),
    });
    return (answer === undefined ? { kind: word } : { kind: word, answer }) as CreateOutcome;
  }

  async admit(id: DeploymentId): Promise<AdmitOutcome> {
    const reason = { code: 'not_allowed_now', detail: 'The instance or its host no longer takes this order' };
    const [word, by] = await this.#scripts.run('admit', {
      deployment_id: id,
      rejected_reason: JSON.stringify(reason),
    });
    return (word === 'held' ? { kind: word, by } : { kind: word }) as AdmitOutcome;
  }

  async advance(
    id: DeploymentId,
    { from, to, fields, freePorts, finish, detail, unlessFrozen }: Advance,
  ): Promise<boolean> {
    const [word] = await this.#scripts.run('advance', {
      deployment_id: id,
      from,
      to,
      finish,
      detail,
      unless_frozen: unlessFrozen,
      fields: encodeDeployment(fields ?? {}),
      free_ports: (freePorts ?? []).map(String),
    });
    return word === 'done';
  }

  async hold(id: DeploymentId): Promise<boolean> {
    return (await this.#scripts.run('hold', { deployment_id: id }))[0] === 'held';
  }

  async claim({ deploymentId, instanceId, job, build, endpoints, adopt }: ClaimOrder): Promise<ClaimOutcome> {
    const [word, value] = await this.#scripts.run('claim', {
      deployment_id: deploymentId,
      instance_id: instanceId,
      job,
      build: JSON.stringify(build),
      build_key: buildKey(job, build),
      endpoints,
      candidates: PORT_CANDIDATES,
      ...(adopt && { adopt: encodeDeployment(adopt) }),
    });
    if (word === 'stale') return { kind: 'stale', phase: value as Phase };
    return (value === undefined ? { kind: word } : { kind: word, by: value }) as ClaimOutcome;
  }

  async progress(id: DeploymentId, stage: StageMark, updating: readonly string[]): Promise<boolean> {
    const [word] = await this.#scripts.run('progress', {
      deployment_id: id,
      from: ['claimed', 'deploying', 'verifying', 'retiring'],
      stage: JSON.stringify(stage),
      updating,
    });
    return word === 'done';
  }

  async decide(id: DeploymentId, order: DecisionOrder): Promise<DecideOutcome> {
    const endpointIds = order.endpointIds ?? [];
    const [word, value = '', revision] = await this.#scripts.run('decide', {
      deployment_id: id,
      outcome: order.decision.outcome,
      decision: JSON.stringify(order.decision),
      endpoint_ids: endpointIds,
      endpoint_ids_json: JSON.stringify(endpointIds),
      routes: order.routes ?? [],
      image_ids: JSON.stringify(order.imageIds ?? {}),
      to: order.to,
      detail: order.reason?.code,
      host_seq: order.hostSeq,
      log_tail: order.logTail,
      ...(order.reason && { reason: JSON.stringify(order.reason) }),
    });
    if (word !== 'decided') return { kind: 'refused', why: value };
    return { kind: 'decided', decision: JSON.parse(value) as Decision, revision: Number(revision ?? 0) };
  }

  async finish(id: DeploymentId, removed: readonly string[]): Promise<boolean> {
    return (await this.#scripts.run('finish', { deployment_id: id, removed }))[0] === 'done';
  }

  async recover(id: DeploymentId, recovery: Deployment): Promise<boolean> {
    const args = { deployment_id: id, recovery: encodeDeployment(recovery) };
    return (await this.#scripts.run('recover', args))[0] === 'ordered';
  }

  async cancel(id: DeploymentId, by: string, why?: string): Promise<CancelOutcome> {
    const reason = JSON.stringify(cancelledBy({ by, ...(why && { why }) }));
    const [word, phase] = await this.#scripts.run('cancel', { deployment_id: id, by, why, reason });
    return (word === 'ended' ? { kind: word, phase } : { kind: word }) as CancelOutcome;
  }

  async instance(id: InstanceId): Promise<Instance | undefined> {
    return decodeInstance(await this.#hash(`instance:${id}`));
  }

  async deployment(id: DeploymentId): Promise<Deployment | undefined> {
    return decodeDeployment(await this.#hash(`deployment:${id}`));
  }

  async release(id: ReleaseId): Promise<{ release: Release; texts: ComposeTexts } | undefined> {
    const body = await this.#read(`release:${id}`, (key) => this.#redis.get(key));
    if (body === null) return undefined;
    const release = this.#box.open(body);
    const digests = [release.compose_digest, release.data_compose_digest].filter(
      (digest) => digest !== undefined,
    );
    const texts = await this.#read('compose:', (key) =>
      this.#redis.mget(digests.map((digest) => key + digest)),
    );
    return { release, texts: Object.fromEntries(digests.map((digest, at) => [digest, texts[at] ?? ''])) };
  }

  async stages(id: DeploymentId): Promise<readonly StageMark[]> {
    const texts = await this.#read(`deployment:${id}:stages`, (key) => this.#redis.lrange(key, 0, -1));
    return texts.map((text) => JSON.parse(text) as StageMark);
  }

  async claimedBy(
    job: string,
    build: Pick<BuildMark, 'number' | 'timestamp'>,
  ): Promise<DeploymentId | undefined> {
    const id = await this.#read(buildKey(job, build), (key) => this.#redis.get(key));
    return (id ?? undefined) as DeploymentId | undefined;
  }

  async open(): Promise<readonly DeploymentId[]> {
    return (await this.#read('open', (key) => this.#redis.zrange(key, '0', '-1'))) as DeploymentId[];
  }

  async load(host: HostId): Promise<HostLoad> {
    return readHostLoad(this.#redis, this.#prefix, host);
  }

  async replay({
    key,
    body_sha,
  }: Pick<IdempotencyRecord, 'key' | 'body_sha'>): Promise<CreateOutcome | undefined> {
    const text = await this.#read(`idempotency:${key}`, (full) => this.#redis.get(full));
    if (text === null) return undefined;
    const stored = JSON.parse(text) as { body_sha: string; answer: string };
    if (stored.body_sha !== body_sha) return { kind: 'key_reused' };
    return { kind: 'replayed', answer: stored.answer };
  }

  async instances(page: PageQuery, filter: InstanceFilter = {}): Promise<Page<Instance>> {
    const read = (id: string): Promise<Instance | undefined> => this.instance(id as InstanceId);
    return readPage(this.#redis, instanceIndexes(this.#prefix, filter), { ...page, read });
  }

  async deployments(page: PageQuery, filter: DeploymentFilter = {}): Promise<Page<Deployment>> {
    const isByDeadline = Object.keys(filter).join() === 'open';
    const read = (id: string): Promise<Deployment | undefined> => this.deployment(id as DeploymentId);
    return readPage(this.#redis, deploymentIndexes(this.#prefix, filter), { ...page, read, isByDeadline });
  }

  async isHostInUse(host: HostId): Promise<boolean> {
    let page: Page<Instance> | undefined;
    do {
      page = await this.instances({ limit: 200, ...(page?.next && { after: page.next }) });
      if (page.items.some((each) => each.host_id === host && each.deleted_at === undefined)) return true;
    } while (page.next);
    return false;
  }

  async #hash(name: string): Promise<Record<string, string>> {
    return this.#read(name, (key) => this.#redis.hgetall(key));
  }

  async #read<T>(name: string, act: (key: string) => Promise<T>): Promise<T> {
    sendTogether(this.#redis);
    return withStore(`read ${name}`, () => act(this.#prefix + name));
  }
}

function buildKey(job: string, { number, timestamp }: Pick<BuildMark, 'number' | 'timestamp'>): string {
  return `build:${job}:${String(number)}:${String(timestamp)}`;
}

function storedIdempotency({ key, body_sha, answer }: IdempotencyRecord): Record<string, unknown> {
  return { key: `idempotency:${key}`, body_sha, answer, ttl_s: String(IDEMPOTENCY_TTL_S) };
}
