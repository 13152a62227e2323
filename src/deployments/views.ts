import type { Deployment, StageMark } from './deployment.ts';
import type { HostLoad } from './deployment-store.ts';
import type { Instance } from './instance.ts';
import { isTerminal, PHASES } from './phases.ts';
import type { Release } from './release.ts';

export type Status = 'pending' | 'running' | 'updating' | 'failed' | 'stopped' | 'deleting' | 'deleted';

/** The one word for an instance. Health never changes it; a failed update leaves it `running`. Pure. */
export function statusOf(instance: Instance, active: Deployment | undefined): Status {
  if (instance.deleted_at !== undefined) return 'deleted';
  if (instance.desired === 'absent') return 'deleting';
  if (instance.desired === 'stopped') return 'stopped';
  const isLive = instance.live_release !== '';
  const isBusy = instance.waiting !== '' || (active !== undefined && !isShownEnded(active));
  if (isBusy) return isLive ? 'updating' : 'pending';
  return isLive ? 'running' : 'failed';
}

/** People see success at the decision; lock and slot are held a little longer. */
function isShownEnded(deployment: Deployment): boolean {
  return isTerminal(deployment.phase) || deployment.phase === 'retiring';
}

/** What holds a deployment that is not terminal, until when, and what happens next. */
export interface Pending {
  readonly reason: string;
  readonly holder?: string;
  readonly since: string;
  readonly deadline: string;
  readonly next: string;
}

export interface PendingFacts {
  readonly deployment: Deployment;
  readonly instance: Instance | undefined;
  readonly load: HostLoad | undefined;
}

const NEXT: Readonly<Record<string, string>> = {
  accepted: 'It takes its place in the queue of its host',
  waiting: 'It starts as soon as its instance and a slot of its host are free',
  triggering: 'Jenkins is asked to start the job; before a second try it is searched for the first',
  queued: 'Jenkins starts the build',
  claimed: 'The job prepares the host',
  deploying: 'The job starts the new release and checks it',
  verifying: 'The coordinator probes the new release and decides',
  retiring: 'The old release is removed; the new one is live',
};

/** Of a first deployment: it replaced nothing. */
const JOB_ENDS = 'The job ends; the release is live';

export function pendingOf({ deployment, instance, load }: PendingFacts): Pending | null {
  const { phase } = deployment;
  if (isTerminal(phase)) return null;
  const holder = phase === 'waiting' ? holderOf(deployment, instance, load) : undefined;
  return {
    reason: deployment.cancel && phase !== 'retiring' ? 'cancelling' : reasonOf(deployment, instance, load),
    ...(holder !== undefined && { holder }),
    since: iso(deployment.times[phase] ?? deployment.created_at),
    deadline: iso(deployment.deadline_at),
    next: phase === 'retiring' && deployment.decision?.retire.length === 0 ? JOB_ENDS : (NEXT[phase] ?? ''),
  };
}

function reasonOf(
  { phase, queue_why, kind }: Deployment,
  instance: Instance | undefined,
  load: HostLoad | undefined,
): string {
  if (phase === 'waiting') {
    const hold = holdOf(kind, load);
    if (hold) return hold;
    if (instance?.active) return 'instance_busy';
    return load && load.active.length > 0 ? 'host_full' : 'in_line';
  }
  if ((phase === 'queued' || phase === 'triggering') && queue_why !== '') return queue_why;
  return phase;
}

/** A cordon holds no removal back. */
function holdOf(kind: Deployment['kind'], load: HostLoad | undefined): HostLoad['hold'] {
  return load?.hold === 'host_cordoned' && kind === 'destroy' ? undefined : load?.hold;
}

function holderOf(
  { id, kind }: Deployment,
  instance: Instance | undefined,
  load: HostLoad | undefined,
): string | undefined {
  if (holdOf(kind, load)) return undefined;
  const holder = instance?.active || load?.active[0];
  return holder === id ? undefined : holder;
}

export interface DeploymentFacts extends PendingFacts {
  readonly stages: readonly StageMark[];
}

/** A deployment as the API shows it. */
export function toDeploymentView(facts: DeploymentFacts): Readonly<Record<string, unknown>> {
  const { deployment: d, stages } = facts;
  return {
    deployment_id: d.id,
    instance_id: d.instance_id,
    kind: d.kind,
    release_id: d.release_id || null,
    product_id: d.product_id,
    host_id: d.host_id,
    phase: d.phase,
    reason: d.reason ?? null,
    pending: pendingOf(facts),
    trigger: d.trigger,
    by: d.by,
    why: d.why,
    created_at: iso(d.created_at),
    deadline: iso(d.deadline_at),
    build: d.build ? { job: d.job, number: d.build.number, url: d.build.url } : null,
    queue_id: d.queue_id || null,
    seq: d.seq || null,
    timeline: timelineOf(d),
    stages: stages.map(({ stage, status, at }) => ({ stage, status, at: iso(at) })),
    decision: d.decision ? { ...d.decision, at: iso(d.decision.at) } : null,
    cancel: d.cancel ? { by: d.cancel.by, at: iso(d.cancel.at), why: d.cancel.why ?? null } : null,
    log_tail: d.log_tail || null,
    finished_at: isoOrNull(d.finished_at),
  };
}

function timelineOf({ times }: Deployment): { phase: string; at: string }[] {
  return PHASES.flatMap((phase) => {
    const at = times[phase];
    return at === undefined ? [] : [{ phase, at: iso(at) }];
  });
}

export interface InstanceFacts {
  readonly instance: Instance;
  readonly accessUrl: string;
  readonly release: Release | undefined;
  readonly active: DeploymentFacts | undefined;
  readonly waiting: DeploymentFacts | undefined;
  readonly last: DeploymentFacts | undefined;
}

/** An instance as the API shows it, with what happens to it now. */
export function toInstanceView(facts: InstanceFacts): Readonly<Record<string, unknown>> {
  const { instance: i, accessUrl, release, active, waiting, last } = facts;
  return {
    instance_id: i.id,
    product_id: i.product_id,
    ...productOf(i, release),
    client_name: i.client_name,
    environment: i.environment,
    host_id: i.host_id,
    status: statusOf(i, active?.deployment),
    phase: (waiting ?? active ?? last)?.deployment.phase ?? null,
    access_url: accessUrl,
    desired: i.desired,
    desired_release: i.desired_release || null,
    live_release: i.live_release || null,
    live_deployment: i.live_deployment || null,
    health: i.health ? { ...i.health, at: iso(i.health.at) } : { state: 'unknown', at: null, source: null },
    created_at: iso(i.created_at),
    created_by: i.created_by,
    expires_at: isoOrNull(i.expires_at),
    deleted_at: isoOrNull(i.deleted_at),
    active: viewOrNull(active),
    waiting: viewOrNull(waiting),
    last_deployment: viewOrNull(last),
  };
}

/** As the release has it: the catalogue may have another by now, or none. */
function productOf(instance: Instance, release: Release | undefined) {
  if (!release) return { product_name: instance.product_id, product_version: null };
  return { product_name: release.product.name, product_version: release.product.version };
}

function viewOrNull(facts: DeploymentFacts | undefined): Readonly<Record<string, unknown>> | null {
  return facts ? toDeploymentView(facts) : null;
}

function isoOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : iso(ms);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
