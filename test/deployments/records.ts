import type { BuildMark, Deployment, DeploymentId } from '../../src/deployments/deployment.ts';
import { newReleaseId } from '../../src/deployments/deployment.ts';
import { newInstanceId, type Instance } from '../../src/deployments/instance.ts';
import { newDeployment } from '../../src/deployments/new-deployment.ts';
import type { Phase } from '../../src/deployments/phases.ts';
import { releaseOf } from '../../src/deployments/release.ts';
import { aHost, DEPLOY_JOB, DESTROY_JOB, HELLO, type Bench } from './bench.ts';

/** An instance as an order begins it, with what the test tells. */
export function anInstance(changes: Partial<Instance> = {}): Instance {
  return {
    id: newInstanceId('Acme'),
    product_id: HELLO.id,
    client_name: 'Acme',
    environment: 'prod',
    host_id: aHost().id,
    desired: 'present',
    desired_release: '',
    live_release: '',
    live_deployment: '',
    live_seq: '',
    live_endpoints: [],
    active: '',
    waiting: '',
    last_deployment: '',
    last_seq: '',
    created_at: 1_790_000_000_000,
    created_by: 'ana',
    ...changes,
  };
}

export function aRelease(instance: Instance) {
  return releaseOf(HELLO, [], { id: newReleaseId(), instance_id: instance.id, created_at: 1 });
}

export function aDeployment(instance: Instance, changes: Partial<Deployment> = {}): Deployment {
  const kind = changes.kind ?? 'deploy';
  const now = changes.created_at ?? 1_790_000_000_000;
  const seed = {
    instance,
    kind,
    releaseId: changes.release_id ?? '',
    job: kind === 'destroy' ? DESTROY_JOB : DEPLOY_JOB,
    now,
    deadlineAt: now + 900_000,
    trigger: 'api',
    by: 'ana',
    why: '',
  };
  return { ...newDeployment(seed), ...changes };
}

export function aBuildMark(number = 1): BuildMark {
  return { number, timestamp: 1_790_000_000_000 + number, url: `http://builds.example/${String(number)}/` };
}

/** A new instance with its first order, stored by the script. */
export async function store(bench: Bench, changes: Partial<Instance> = {}) {
  const instance = anInstance({ created_at: bench.now, ...changes });
  const release = aRelease(instance);
  const deployment = aDeployment(instance, { release_id: release.release.id, created_at: bench.now });
  await bench.store.create({ instance, deployment, release });
  return { instance, deployment, release };
}

/** One more order for an instance that is stored. */
export async function storeAgain(bench: Bench, instance: Instance, changes: Partial<Deployment> = {}) {
  const release = changes.kind === 'destroy' ? undefined : aRelease(instance);
  const deployment = aDeployment(instance, {
    release_id: release?.release.id ?? '',
    created_at: bench.now,
    ...changes,
  });
  const outcome = await bench.store.create({ deployment, ...(release && { release }) });
  return { deployment, release, outcome };
}

/** The claim of a stored deployment by its own build. */
export async function claimBy(bench: Bench, deployment: Deployment, number = 1) {
  return bench.store.claim({
    deploymentId: deployment.id,
    instanceId: deployment.instance_id,
    job: deployment.job,
    build: aBuildMark(number),
    endpoints: deployment.kind === 'destroy' ? [] : ['web'],
  });
}

const WAY: readonly Phase[] = [
  'waiting',
  'triggering',
  'queued',
  'claimed',
  'deploying',
  'verifying',
  'retiring',
];

/** Takes a stored deployment, script by script, to this phase. Returns it as it is then. */
export async function reach(
  bench: Bench,
  deployment: Deployment,
  phase: Phase,
  number = 1,
): Promise<Deployment> {
  const steps: Partial<Record<Phase, () => Promise<unknown>>> = {
    triggering: () => bench.store.admit(deployment.id),
    queued: () => bench.store.advance(deployment.id, { from: ['triggering'], to: 'queued' }),
    claimed: () => claimBy(bench, deployment, number),
    deploying: () => bench.store.progress(deployment.id, { stage: 'pull', status: 'started', at: 1 }, []),
    verifying: () => bench.store.advance(deployment.id, { from: ['deploying'], to: 'verifying' }),
    retiring: () => switchTo(bench, deployment.id),
  };
  for (const step of WAY.slice(1, WAY.indexOf(phase) + 1)) await steps[step]?.();
  return must(await bench.store.deployment(deployment.id));
}

/** decide(switched) with one route, as verification asks for it. */
export async function switchTo(bench: Bench, id: DeploymentId, port?: number) {
  const deployment = must(await bench.store.deployment(id));
  const instance = must(await bench.store.instance(deployment.instance_id));
  const retire = instance.live_seq === '' ? [] : [`${instance.id}-${instance.live_seq}`];
  return bench.store.decide(id, {
    decision: { outcome: 'switched', at: bench.now, retire },
    routes: [
      {
        ...{ endpoint: instance.id, target_host: '100.64.30.11', container_id: 'aaaaaaaaaaaa' },
        target_port: port ?? deployment.ports?.['web']?.[0] ?? 20_000,
      },
    ],
    endpointIds: [instance.id],
    imageIds: { web: { id: 'sha256:aa' } },
    to: 'retiring',
  });
}

export async function abandon(bench: Bench, id: DeploymentId) {
  const reason = { code: 'unhealthy', detail: 'It does not answer' };
  const decision = { outcome: 'abandoned', at: bench.now, reason, retire: [] } as const;
  return bench.store.decide(id, { decision, reason, to: 'failed' });
}

export function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is not there');
  return value;
}
