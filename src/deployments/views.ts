import type { Environment } from '../products/environment.ts';
import { iso } from '../platform/moment.ts';
import type { Decision, Deployment, DeploymentKind, Reason, StageMark } from './deployment.ts';
import type { Desired, Health, Instance } from './instance.ts';
import { pendingOf, type Pending, type PendingFacts } from './pending.ts';
import { isTerminal, PHASES, type Phase } from './phases.ts';
import type { Release } from './release.ts';

export const STATUSES = [
  'pending',
  'running',
  'updating',
  'failed',
  'stopped',
  'deleting',
  'deleted',
] as const;

export type Status = (typeof STATUSES)[number];

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

/** A deployment as the API shows it. Moments are ISO 8601 in UTC. */
export interface DeploymentView {
  readonly deployment_id: string;
  readonly instance_id: string;
  readonly kind: DeploymentKind;
  readonly release_id: string | null;
  readonly product_id: string;
  readonly host_id: string;
  readonly phase: Phase;
  readonly reason: Reason | null;
  /** While the deployment has not ended: why it is not further, who holds it up, what comes next. */
  readonly pending: Pending | null;
  readonly trigger: string;
  readonly by: string;
  readonly why: string;
  readonly created_at: string;
  readonly deadline: string;
  readonly build: { readonly job: string; readonly number: number; readonly url: string } | null;
  readonly queue_id: string | null;
  readonly seq: string | null;
  readonly timeline: readonly { readonly phase: Phase; readonly at: string }[];
  readonly stages: readonly (Omit<StageMark, 'at'> & { readonly at: string })[];
  readonly decision: {
    readonly outcome: Decision['outcome'];
    readonly reason?: Reason;
    /** What was live before and goes now; empty for a first deployment. */
    readonly retire: readonly string[];
    readonly replaces?: string;
    readonly at: string;
  } | null;
  readonly cancel: { readonly by: string; readonly at: string; readonly why: string | null } | null;
  readonly log_tail: string | null;
  readonly finished_at: string | null;
}

/** An instance as the API shows it, with what happens to it now. */
export interface InstanceView {
  readonly instance_id: string;
  readonly product_id: string;
  readonly product_name: string;
  readonly product_version: string | null;
  readonly client_name: string;
  readonly environment: Environment;
  readonly host_id: string;
  readonly status: Status;
  readonly phase: Phase | null;
  readonly access_url: string;
  readonly desired: Desired;
  readonly desired_release: string | null;
  readonly live_release: string | null;
  readonly live_deployment: string | null;
  readonly health: {
    readonly state: Health['state'];
    readonly at: string | null;
    readonly source: string | null;
  };
  readonly created_at: string;
  readonly created_by: string;
  readonly expires_at: string | null;
  readonly deleted_at: string | null;
  readonly active: DeploymentView | null;
  readonly waiting: DeploymentView | null;
  readonly last_deployment: DeploymentView | null;
}

export interface DeploymentFacts extends PendingFacts {
  readonly stages: readonly StageMark[];
}

export function toDeploymentView(facts: DeploymentFacts): DeploymentView {
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

function timelineOf({ times }: Deployment): DeploymentView['timeline'] {
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

export function toInstanceView(facts: InstanceFacts): InstanceView {
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
function productOf(
  instance: Instance,
  release: Release | undefined,
): Pick<InstanceView, 'product_name' | 'product_version'> {
  if (!release) return { product_name: instance.product_id, product_version: null };
  return { product_name: release.product.name, product_version: release.product.version };
}

function viewOrNull(facts: DeploymentFacts | undefined): DeploymentView | null {
  return facts ? toDeploymentView(facts) : null;
}

function isoOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : iso(ms);
}
