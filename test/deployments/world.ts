import type { Redis } from 'ioredis';
import type { Build, BuildCause } from '../../src/deployments/build-server.ts';
import type { ClaimAnswer } from '../../src/deployments/callback-messages.ts';
import type { Decision, Deployment, DeploymentId } from '../../src/deployments/deployment.ts';
import { projectOf, type InstanceId } from '../../src/deployments/instance.ts';
import { isTerminal, mayFollow, type Phase } from '../../src/deployments/phases.ts';
import { AppError } from '../../src/platform/errors.ts';
import { aHost, Bench, DEPLOY_JOB, DESTROY_JOB, ORDERER } from './bench.ts';

const ALICE: BuildCause = {
  kind: 'hudson.model.Cause$UserIdCause',
  text: 'Started by user alice',
  user_id: 'alice',
};
const SLOTS = 2;

/** What the world's actions are called; the number picks whom they hit. */
export const ACTIONS = [
  'order',
  'again',
  'remove',
  'cancel',
  'round',
  'start',
  'claim',
  'progress',
  'ready',
  'ready_sick',
  'retired',
  'removed',
  'failed',
  'end_well',
  'end_badly',
  'abort',
  'rebuild',
  'rebuild_destroy',
  'build_with_id',
  'forget_queue',
  'forget_build',
  'crash',
  'lose_trigger',
  'deadline',
  'jenkins_down',
  'crash_between',
] as const;
export type Action = (typeof ACTIONS)[number];

/** Points where the coordinator may die: after the effect, before what follows it. */
const CRASH_POINTS = [
  'trigger.before_post',
  'trigger.after_post',
  'claim.before_store',
  'claim.after_store',
  'ready.after_store',
  'probe.before',
  'decide.before',
  'decide.after',
];

/** Refusals and outages are answers; anything else is a bug. */
const UNEXPECTED = new Set(['internal']);

/** Orders, builds, messages in any order, twice, late or never: what must hold whatever happens. */
export class World {
  readonly bench: Bench;
  readonly #redis: Redis;
  readonly #builds: Build[] = [];
  readonly #claims: ClaimAnswer[] = [];
  readonly #instances: InstanceId[] = [];
  readonly #decisions = new Map<DeploymentId, Decision>();
  readonly #phases = new Map<DeploymentId, Phase>();
  readonly #routeSeqs = new Map<string, bigint>();

  constructor(redis: Redis) {
    this.#redis = redis;
    this.bench = new Bench(redis);
  }

  async open(): Promise<void> {
    await this.bench.hosts.put(aHost({ slots: SLOTS }));
  }

  /** One act. Whether it is allowed is the coordinator's answer, not ours: only the invariants judge. */
  async act(action: Action, pick: number): Promise<void> {
    const { core, builds } = this.bench;
    const build = this.#pick(this.#builds, pick);
    const claim = this.#pick(this.#claims, pick);
    const instance = this.#pick(this.#instances, pick);
    const leased = claim && { lease: claim.lease, deployment_id: claim.deployment_id };
    this.bench.now += 1_000;
    switch (action) {
      case 'order': {
        const placed = await this.#try(() => this.bench.order());
        if (placed) this.#instances.push(placed.instance_id);
        return;
      }
      case 'again':
        if (instance) await this.#try(() => core.orders.deployAgain(instance, {}, ORDERER));
        return;
      case 'remove':
        if (instance) await this.#try(() => core.orders.remove(instance, { keepData: false }, ORDERER));
        return;
      case 'cancel': {
        const { items } = await this.bench.store.deployments({ offset: 0, limit: 50 });
        const deployment = this.#pick(items, pick);
        if (deployment) await this.#try(() => core.orders.cancel(deployment.id, ORDERER));
        return;
      }
      case 'round':
        await this.#try(() => core.tracker.round());
        return;
      case 'start': {
        const started = builds.startNext();
        if (started) this.#builds.push(started);
        return;
      }
      case 'claim':
        if (build) await this.#claim(build);
        return;
      case 'progress':
        if (leased)
          await this.#try(() => core.callbacks.progress({ ...leased, stage: 'pull', status: 'started' }));
        return;
      case 'ready':
      case 'ready_sick':
        if (claim) await this.#ready(claim, action === 'ready');
        return;
      case 'retired':
        if (leased) await this.#try(() => core.callbacks.retired({ ...leased, removed: [] }));
        return;
      case 'removed':
        if (leased) await this.#try(() => core.callbacks.removed({ ...leased, removed: [claim.project] }));
        return;
      case 'failed':
        if (leased) {
          const message = { ...leased, stage: 'gate', reason: 'unhealthy', log_tail: '' };
          await this.#try(() => core.callbacks.failed(message));
        }
        return;
      case 'end_well':
      case 'end_badly':
      case 'abort':
        if (build) this.#end(build, action);
        return;
      case 'rebuild':
      case 'rebuild_destroy': {
        const job = action === 'rebuild' ? DEPLOY_JOB : DESTROY_JOB;
        const parameters = build?.parameters ?? (instance && { INSTANCE_ID: instance });
        if (parameters) this.#builds.push(builds.addOperatorBuild(job, parameters, [ALICE]));
        return;
      }
      case 'build_with_id':
        if (instance)
          this.#builds.push(builds.addOperatorBuild(DEPLOY_JOB, { INSTANCE_ID: instance }, [ALICE]));
        return;
      case 'forget_queue':
        builds.forgetQueue();
        return;
      case 'forget_build':
        if (build)
          this.#quietly(() => {
            builds.forgetBuild(build);
          });
        return;
      case 'crash':
        this.bench.restart();
        return;
      case 'crash_between':
        this.bench.faults.set(`${CRASH_POINTS[pick % CRASH_POINTS.length] ?? ''}=throw*1`);
        return;
      case 'lose_trigger':
        builds.loseNextAnswer();
        return;
      case 'jenkins_down':
        builds.down = !builds.down;
        return;
      case 'deadline':
        this.bench.now += 300_000;
        return;
      default:
        action satisfies never;
    }
  }

  /** Throws with words when something that must always hold does not. */
  async check(): Promise<void> {
    const { items } = await this.bench.store.deployments({ offset: 0, limit: 500 });
    for (const deployment of items) this.#checkHistory(deployment);
    for (const id of this.#instances) await this.#checkInstance(id, items);
    const { active } = await this.bench.store.load(aHost().id);
    must(active.length <= SLOTS, 'a host works on more deployments than it has slots');
  }

  /** When all builds have ended and time passes, everything finds its end. */
  async settle(): Promise<void> {
    this.bench.builds.down = false;
    this.bench.faults.set('');
    for (let round = 0; round < 40; round += 1) {
      this.bench.now += 60_000;
      await this.bench.core.tracker.round();
      const started = this.bench.builds.startNext();
      if (started) this.#builds.push(started);
      for (const build of this.#builds) this.#end(build, 'end_badly');
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

  #end(build: Build, how: 'end_well' | 'end_badly' | 'abort'): void {
    const result = how === 'end_well' ? 'SUCCESS' : how === 'abort' ? 'ABORTED' : 'FAILURE';
    this.#quietly(() => this.bench.builds.end(build, result));
  }

  #checkHistory(deployment: Deployment): void {
    const { id, phase, decision } = deployment;
    const before = this.#phases.get(id);
    must(
      before === undefined || before === phase || reaches(before, phase),
      `${before ?? ''} became ${phase}`,
    );
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

  async #checkInstance(id: InstanceId, all: readonly Deployment[]): Promise<void> {
    const instance = await this.bench.store.instance(id);
    const working = all.filter(
      (d) => d.instance_id === id && d.claimed_at !== undefined && d.finished_at === undefined,
    );
    must(working.length <= 1, 'two deployments work on one instance');
    must(working.length === 0 || working[0]?.id === instance?.active, 'who works does not hold the lock');
    const text = await this.#redis.get(`${this.bench.prefix}route:${id}`);
    if (text === null) return;
    const route = JSON.parse(text) as { seq: string; state: string };
    const before = this.#routeSeqs.get(id) ?? 0n;
    must(BigInt(route.seq) >= before, 'a route went back to an older seq');
    this.#routeSeqs.set(id, BigInt(route.seq));
    must(
      route.state !== 'live' || route.seq === instance?.live_seq,
      'a route leads elsewhere than to what is live',
    );
  }

  #pick<T>(list: readonly T[], at: number): T | undefined {
    // The newest are the likely ones.
    return list[list.length - 1 - (at % Math.max(1, list.length))];
  }

  #quietly(act: () => unknown): void {
    try {
      act();
    } catch {
      // It had ended or was forgotten: nothing to do.
    }
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

function must(holds: boolean, words: string): void {
  if (!holds) throw new Error(words);
}

/** Several steps may lie between two looks. */
function reaches(from: Phase, to: Phase): boolean {
  const seen = new Set<Phase>([from]);
  const queue: Phase[] = [from];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const here = at;
    if (mayFollow(here, to)) return true;
    for (const next of [
      'waiting',
      'triggering',
      'queued',
      'claimed',
      'deploying',
      'verifying',
      'retiring',
    ] as const) {
      if (mayFollow(here, next) && !seen.has(next)) queue.push(next);
      if (mayFollow(here, next)) seen.add(next);
    }
  }
  return isTerminal(from) ? from === to : false;
}
