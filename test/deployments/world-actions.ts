import type { Build, BuildCause } from '../../src/deployments/build-server.ts';
import type { ClaimAnswer } from '../../src/deployments/callback-messages.ts';
import type { DeploymentId } from '../../src/deployments/deployment.ts';
import type { InstanceId } from '../../src/deployments/instance.ts';
import { aHost, type Bench, DEPLOY_JOB, DESTROY_JOB, ORDERER } from './bench.ts';

const ALICE: BuildCause = {
  kind: 'hudson.model.Cause$UserIdCause',
  text: 'Started by user alice',
  user_id: 'alice',
};

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

/** Whom an action hits, and what the world lets it do. */
export interface Scene {
  readonly bench: Bench;
  readonly pick: number;
  readonly build: Build | undefined;
  readonly claim: ClaimAnswer | undefined;
  readonly instance: InstanceId | undefined;
  /** Refusals and outages are answers; undefined then. */
  readonly attempt: <T>(act: () => Promise<T>) => Promise<T | undefined>;
  readonly addBuild: (build: Build | undefined) => void;
  readonly addInstance: (id: InstanceId) => void;
  readonly claimBy: (build: Build) => Promise<void>;
  readonly ready: (claim: ClaimAnswer, healthy: boolean) => Promise<void>;
  readonly end: (build: Build, result: 'SUCCESS' | 'FAILURE' | 'ABORTED') => void;
}

type Act = (scene: Scene) => Promise<unknown> | void;

/** Messages of the picked lease; nothing when nobody has one. */
const leased =
  (
    act: (
      bench: Bench,
      leased: { lease: string; deployment_id: string },
      claim: ClaimAnswer,
    ) => Promise<unknown>,
  ): Act =>
  async ({ bench, claim, attempt }) => {
    if (!claim) return;
    const { lease, deployment_id } = claim;
    await attempt(() => act(bench, { lease, deployment_id }, claim));
  };

const ofBuild =
  (act: (scene: Scene, build: Build) => Promise<unknown> | void): Act =>
  (scene) =>
    scene.build && act(scene, scene.build);

const ofInstance =
  (act: (scene: Scene, instance: InstanceId) => Promise<unknown> | void): Act =>
  (scene) =>
    scene.instance && act(scene, scene.instance);

const rebuild =
  (job: string): Act =>
  ({ bench, build, instance, addBuild }) => {
    const parameters = build?.parameters ?? (instance && { INSTANCE_ID: instance });
    if (parameters) addBuild(bench.builds.addOperatorBuild(job, parameters, [ALICE]));
  };

/** Everything that people, jobs, Jenkins and bad luck can do. */
const ACTS = {
  order: async ({ bench, attempt, addInstance }) => {
    const placed = await attempt(() => bench.order());
    if (placed) addInstance(placed.instance_id);
  },
  again: ofInstance(({ bench, attempt }, id) =>
    attempt(() => bench.core.orders.deployAgain(id, {}, ORDERER)),
  ),
  remove: ofInstance(({ bench, attempt }, id) =>
    attempt(() => bench.core.orders.remove(id, { keepData: false }, ORDERER)),
  ),
  cancel: async ({ bench, pick, attempt }) => {
    const { items } = await bench.store.deployments({ limit: 50 });
    const deployment = items[items.length - 1 - (pick % Math.max(1, items.length))];
    if (deployment) await attempt(() => bench.core.orders.cancel(deployment.id, ORDERER));
  },
  round: ({ bench, attempt }) => attempt(() => bench.core.tracker.round()),
  start: ({ bench, addBuild }) => {
    addBuild(bench.builds.startNext());
  },
  claim: ofBuild(({ claimBy }, build) => claimBy(build)),
  progress: leased((bench, lease) =>
    bench.core.callbacks.progress({ ...lease, stage: 'pull', status: 'started' }),
  ),
  stop: leased((bench, lease) =>
    bench.core.callbacks.progress({ ...lease, stage: 'stop', status: 'started' }),
  ),
  other_strategy: ({ bench }) => {
    const strategy = bench.product.strategy === 'swap' ? 'recreate' : 'swap';
    bench.product = { ...bench.product, strategy };
  },
  ready: async ({ claim, ready }) => claim && ready(claim, true),
  ready_sick: async ({ claim, ready }) => claim && ready(claim, false),
  retired: leased(async (bench, lease, { project }) => {
    const decision = (await bench.store.deployment(lease.deployment_id as DeploymentId))?.decision;
    const removed = decision?.outcome === 'switched' ? decision.retire : [project];
    await bench.core.callbacks.retired({ ...lease, removed });
  }),
  removed: leased((bench, lease, { project }) =>
    bench.core.callbacks.removed({ ...lease, removed: [project] }),
  ),
  failed: leased((bench, lease) =>
    bench.core.callbacks.failed({ ...lease, stage: 'gate', reason: 'unhealthy', log_tail: '' }),
  ),
  end_well: ofBuild(({ end }, build) => end(build, 'SUCCESS')),
  end_badly: ofBuild(({ end }, build) => end(build, 'FAILURE')),
  abort: ofBuild(({ end }, build) => end(build, 'ABORTED')),
  rebuild: rebuild(DEPLOY_JOB),
  rebuild_destroy: rebuild(DESTROY_JOB),
  build_with_id: ofInstance(({ bench, addBuild }, id) => {
    addBuild(bench.builds.addOperatorBuild(DEPLOY_JOB, { INSTANCE_ID: id }, [ALICE]));
  }),
  forget_queue: ({ bench }) => {
    bench.builds.forgetQueue();
  },
  forget_build: ofBuild(({ bench }, build) => {
    bench.builds.forgetBuild(build);
  }),
  crash: ({ bench }) => {
    bench.restart();
  },
  crash_between: ({ bench, pick }) => {
    bench.faults.set(`${CRASH_POINTS[pick % CRASH_POINTS.length] ?? ''}=throw*1`);
  },
  lose_trigger: ({ bench }) => {
    bench.builds.loseNextAnswer();
  },
  force_fail: async ({ bench, pick, attempt }) => {
    const { items } = await bench.store.deployments({ limit: 50 });
    const deployment = items[pick % Math.max(1, items.length)];
    if (deployment) await attempt(() => bench.breakGlass.forceFail(deployment, { by: 'eva', why: 'stuck' }));
  },
  freeze: async ({ bench }) =>
    (await bench.breakGlassStore.frozen())
      ? bench.breakGlassStore.unfreeze('eva')
      : bench.breakGlassStore.freeze({ by: 'eva', at: bench.now, why: 'x' }),
  cordon: ({ bench }) => bench.hosts.update(aHost().id, (host) => ({ ...host, cordoned: !host.cordoned })),
  deadline: ({ bench }) => {
    bench.now += 300_000;
  },
  jenkins_down: ({ bench }) => {
    bench.builds.down = !bench.builds.down;
  },
} satisfies Record<string, Act>;

export type Action = keyof typeof ACTS;

/** What the actions are called. */
export const ACTIONS = Object.keys(ACTS) as Action[];

export async function perform(action: Action, scene: Scene): Promise<void> {
  const act: Act = ACTS[action];
  await act(scene);
}
