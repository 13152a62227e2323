import type { Redis } from 'ioredis';
import type { Build } from '../../src/deployments/build-server.ts';
import type { ClaimAnswer } from '../../src/deployments/callback-messages.ts';
import type { HostLoad } from '../../src/deployments/deployment-store.ts';
import type { Decision, Deployment, DeploymentId } from '../../src/deployments/deployment.ts';
import { projectOf, type Instance, type InstanceId } from '../../src/deployments/instance.ts';
import { isTerminal, type Phase } from '../../src/deployments/phases.ts';
import { AppError } from '../../src/platform/errors.ts';
import { aHost, Bench } from './bench.ts';
import { perform, type Action } from './world-actions.ts';
import {
  checkForce,
  checkHold,
  checkLists,
  checkRecoveries,
  must,
  pickFrom,
  reaches,
  readLists,
  type Lists,
} from './world-rules.ts';

const SLOTS = 2;

/** Refusals and outages are answers; anything else is a bug. */
const UNEXPECTED = new Set(['internal']);

interface SeenRoute {
  readonly seq: string;
  readonly state: string;
  readonly target_port?: number;
}

interface SeenInstance {
  readonly id: InstanceId;
  readonly instance: Instance | undefined;
  readonly route: SeenRoute | null;
}

interface Seen {
  readonly lists: Lists;
  readonly deployments: readonly Deployment[];
  readonly instances: readonly SeenInstance[];
  readonly ports: Readonly<Record<string, string>>;
  readonly active: number;
}

/** Orders, builds, messages in any order, twice, late or never: what must hold whatever happens. */
export class World {
  readonly bench: Bench;
  readonly #builds: Build[] = [];
  readonly #claims: ClaimAnswer[] = [];
  readonly #instances: InstanceId[] = [];
  readonly #decisions = new Map<DeploymentId, Decision>();
  readonly #phases = new Map<DeploymentId, Phase>();
  readonly #routeSeqs = new Map<string, bigint>();
  /** What an operator held back during the last act. */
  #held: HostLoad['hold'];

  constructor(redis: Redis) {
    this.bench = new Bench(redis);
  }

  async open(): Promise<void> {
    // Few ports, so that offers come round again while others still use theirs.
    await this.bench.hosts.put(aHost({ slots: SLOTS, port_max: 20_059 }));
  }

  /** One act. Whether it is allowed is the coordinator's answer, not ours: only the invariants judge. */
  async act(action: Action, pick: number): Promise<void> {
    this.bench.now += 1_000;
    this.#held = (await this.bench.store.load(aHost().id)).hold;
    await perform(action, {
      bench: this.bench,
      pick,
      build: pickFrom(this.#builds, pick),
      claim: pickFrom(this.#claims, pick),
      instance: pickFrom(this.#instances, pick),
      attempt: (act) => this.#try(act),
      addBuild: (build) => void (build && this.#builds.push(build)),
      addInstance: (id) => void this.#instances.push(id),
      claimBy: (build) => this.#claim(build),
      ready: (claim, healthy) => this.#ready(claim, healthy),
      end: (build, result) => {
        this.#end(build, result);
      },
    });
  }

  /** Throws with words when something that must always hold does not. */
  async check(): Promise<void> {
    const seen = await this.#look();
    for (const deployment of seen.deployments) this.#checkHistory(deployment);
    checkRecoveries(seen.deployments);
    checkLists(seen);
    for (const each of seen.instances) this.#checkInstance(each, seen);
    must(seen.active <= SLOTS, 'a host works on more deployments than it has slots');
  }

  /** Everything at one moment: probes and steps under way write between our reads, so read until they did not. */
  async #look(): Promise<Seen> {
    const { redis, prefix, store } = this.bench;
    const lastEvent = async () =>
      JSON.stringify(await redis.xrevrange(`${prefix}events`, '+', '-', 'COUNT', 1));
    for (;;) {
      const before = await lastEvent();
      const { items } = await store.deployments({ limit: 500 });
      const instances = await Promise.all(
        this.#instances.map(async (id) => ({
          id,
          instance: await store.instance(id),
          route: (await this.bench.route(id)) as unknown as SeenRoute | null,
        })),
      );
      const lists = await readLists(store);
      const ports = await redis.hgetall(`${prefix}host:cl-a:ports`);
      const { active } = await store.load(aHost().id);
      if (before === (await lastEvent()))
        return { deployments: items, instances, lists, ports, active: active.length };
    }
  }

  /** When all builds have ended and time passes, everything finds its end. */
  async settle(): Promise<void> {
    this.bench.builds.down = false;
    this.bench.faults.set('');
    await this.bench.breakGlassStore.unfreeze('eva');
    await this.bench.hosts.update(aHost().id, (host) => ({ ...host, cordoned: false }));
    this.#held = undefined;
    for (let round = 0; round < 40; round += 1) {
      this.bench.now += 60_000;
      await this.bench.core.tracker.round();
      const started = this.bench.builds.startNext();
      if (started) this.#builds.push(started);
      for (const build of this.#builds) this.#end(build, 'FAILURE');
      await this.check();
      if ((await this.bench.store.open()).length === 0) break;
    }
    must((await this.bench.store.open()).length === 0, 'a deployment never finds its end');
    must((await this.bench.store.load(aHost().id)).active.length === 0, 'a slot is held for ever');
    for (const id of this.#instances) {
      const instance = await this.bench.store.instance(id);
      must(instance?.active === '' && instance.waiting === '', 'an instance is held for ever');
    }
  }

  async #claim(build: Build): Promise<void> {
    const answer = await this.#try(() => this.bench.claim(build));
    if (!answer) return;
    const instance = await this.bench.store.instance(answer.instance_id);
    must(instance?.active === answer.deployment_id, 'a lease was given without the lock');
    if (answer.action === 'deploy' && instance?.live_seq) {
      must(answer.keep.includes(projectOf(instance.id, instance.live_seq)), 'the live project is not kept');
    }
    this.#claims.push(answer);
  }

  async #ready(claim: ClaimAnswer, healthy: boolean): Promise<void> {
    this.bench.probe = () => (healthy ? { healthy: true } : { healthy: false, last: 'GET / answered 500' });
    const answer = await this.#try(() => this.bench.core.callbacks.ready(this.bench.readyMessage(claim)));
    if (answer?.status !== 200 || !('retire' in answer.body)) return;
    const instance = await this.bench.store.instance(claim.instance_id);
    const live = instance && projectOf(instance.id, instance.live_seq);
    must(!answer.body.retire.includes(live ?? ''), 'what is live is in a remove list');
  }

  /** It may have ended, or be forgotten: then there is nothing to do. */
  #end(build: Build, result: 'SUCCESS' | 'FAILURE' | 'ABORTED'): void {
    try {
      this.bench.builds.end(build, result);
    } catch {
      return;
    }
  }

  #checkHistory(deployment: Deployment): void {
    const { id, phase, decision } = deployment;
    const before = this.#phases.get(id);
    must(
      before === undefined || before === phase || reaches(before, phase),
      `${before ?? ''} became ${phase}`,
    );
    checkForce(deployment);
    checkHold(deployment, before, this.#held);
    this.#phases.set(id, phase);
    const known = this.#decisions.get(id);
    must(!known || JSON.stringify(known) === JSON.stringify(decision), 'a decision was taken twice');
    if (decision) this.#decisions.set(id, decision);
    must(phase !== 'succeeded' || decision !== undefined, 'success without a decision');
    must(!(deployment.cancel && decision?.outcome === 'switched'), 'a cancelled deployment went live');
    must(
      decision?.outcome !== 'switched' || phase === 'retiring' || phase === 'succeeded',
      'a switch was taken back',
    );
  }

  #checkInstance({ id, instance, route }: SeenInstance, { deployments, ports }: Seen): void {
    const working = deployments.filter(
      (d) => d.instance_id === id && d.claimed_at !== undefined && d.finished_at === undefined,
    );
    must(working.length <= 1, 'two deployments work on one instance');
    must(working.length === 0 || working[0]?.id === instance?.active, 'who works does not hold the lock');
    this.#checkDesire(instance, deployments);
    this.#checkWaitingPage(instance, route, deployments);
    if (route === null) return;
    const before = this.#routeSeqs.get(id) ?? 0n;
    must(
      route.state !== 'updating' || instance?.active !== '' || instance.live_release === '',
      'a route is updating, and nobody works on it',
    );
    must(BigInt(route.seq) >= before, 'a route went back to an older seq');
    this.#routeSeqs.set(id, BigInt(route.seq));
    if (route.state !== 'live' || instance === undefined) return;
    must(route.seq === instance.live_seq, 'a route leads elsewhere than to what is live');
    const owner = ports[String(route.target_port)];
    must(owner === projectOf(id, instance.live_seq), 'the port of a live route belongs to somebody else');
  }

  /** The link of an instance with nothing live waits as long as a deployment is to come, and no longer. */
  #checkWaitingPage(
    instance: Instance | undefined,
    route: SeenRoute | null,
    all: readonly Deployment[],
  ): void {
    if (!instance || instance.live_release !== '') return;
    const isToCome = all.some(
      ({ id, kind, phase }) =>
        (id === instance.active || id === instance.waiting) && kind === 'deploy' && !isTerminal(phase),
    );
    must(!isToCome || route?.state === 'updating', 'a link does not wait for the deployment that is to come');
    const isFree = instance.active === '' && instance.waiting === '';
    must(!isFree || route?.state !== 'updating', 'a link waits for nothing');
  }

  /** What was ordered last and went live is also what a Rebuild would deploy. */
  #checkDesire(instance: Instance | undefined, all: readonly Deployment[]): void {
    const removals = all.filter((d) => d.kind === 'destroy' && d.instance_id === instance?.id);
    must(
      instance?.desired !== 'absent' || removals.some(({ cancel }) => cancel === undefined),
      'a removal that was cancelled is still wanted',
    );
    if (instance?.desired !== 'present') return;
    must(
      removals.every(({ claimed_at }) => claimed_at === undefined),
      'an instance is wanted again whose removal had begun',
    );
    const last = all.find(({ id }) => id === instance.last_deployment);
    must(
      last?.phase !== 'succeeded' || instance.desired_release === instance.live_release,
      'the desired release is not the one that was ordered last and is live',
    );
  }

  async #try<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof Error && error.name === 'InjectedFault') {
        this.bench.restart();
        return undefined;
      }
      if (!(error instanceof AppError) || UNEXPECTED.has(error.code)) throw error;
      return undefined;
    }
  }
}
