/** What the API answers, as the pages read it. Moments are ISO 8601 UTC. */

export const PHASES = [
  'accepted',
  'waiting',
  'triggering',
  'queued',
  'claimed',
  'deploying',
  'verifying',
  'retiring',
  'succeeded',
  'failed',
  'cancelled',
  'superseded',
  'lost',
  'timed_out',
  'rejected',
] as const;

export type Phase = (typeof PHASES)[number];

export const STAGES = ['prepare', 'pull', 'stop', 'start', 'gate', 'publish', 'retire'] as const;

export type Stage = (typeof STAGES)[number];

export type Status = 'pending' | 'running' | 'updating' | 'failed' | 'stopped' | 'deleting' | 'deleted';

export interface Reason {
  readonly code: string;
  readonly detail?: string | null;
}

export interface DeploymentView {
  readonly deployment_id: string;
  readonly instance_id: string;
  readonly kind: 'deploy' | 'stop' | 'start' | 'destroy';
  readonly phase: Phase;
  readonly reason: Reason | null;
  /** Present while the deployment has not ended: why it is not further, who holds it up, what comes next. */
  readonly pending: {
    readonly reason: string;
    readonly holder?: string | null;
    readonly since: string;
    readonly deadline: string;
    readonly next?: string | null;
  } | null;
  readonly trigger: string;
  readonly by: string | null;
  readonly why: string | null;
  readonly created_at: string;
  readonly deadline: string;
  readonly build: { readonly job: string; readonly number: number; readonly url: string } | null;
  readonly timeline: readonly { readonly phase: Phase; readonly at: string }[];
  readonly stages: readonly {
    readonly stage: Stage;
    readonly status: 'started' | 'done';
    readonly at: string;
  }[];
  readonly decision: {
    readonly outcome: 'switched' | 'abandoned' | 'removed';
    /** What was live before and goes now; empty for a first deployment. */
    readonly retire: readonly string[];
    readonly reason?: Reason | string | null;
    readonly at: string;
  } | null;
  readonly cancel: { readonly by: string; readonly at: string; readonly why: string | null } | null;
  readonly finished_at: string | null;
}

export interface InstanceView {
  readonly instance_id: string;
  readonly product_id: string;
  readonly product_name: string;
  readonly client_name: string;
  readonly environment: string;
  readonly host_id: string;
  readonly status: Status;
  readonly access_url: string;
  readonly live_release: string | null;
  readonly product_version: string | null;
  readonly created_at: string;
  readonly active: DeploymentView | null;
  readonly waiting: DeploymentView | null;
  readonly last_deployment: DeploymentView | null;
}

export interface InputSpec {
  readonly type: 'string' | 'integer' | 'boolean';
  readonly title?: string;
  readonly required?: boolean;
  readonly secret?: boolean;
  readonly max_length?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly choices?: readonly string[];
  readonly default?: string | number | boolean;
}

export interface ProductView {
  readonly product_id: string;
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly inputs: Readonly<Record<string, InputSpec>>;
}

export interface HostView {
  readonly host_id: string;
  readonly name: string;
  readonly address: string;
  readonly cordoned: boolean;
}

export interface Session {
  readonly user: string;
  readonly role: string;
}

export interface Order {
  readonly product_id: string;
  readonly client_name: string;
  readonly host_id?: string;
  readonly inputs?: Readonly<Record<string, string | number | boolean>>;
}

export interface Accepted {
  readonly instance_id: string;
  readonly deployment_id: string;
}

const ENDED: readonly Phase[] = [
  'succeeded',
  'failed',
  'cancelled',
  'superseded',
  'lost',
  'timed_out',
  'rejected',
];

export function hasEnded(deployment: DeploymentView): boolean {
  return ENDED.includes(deployment.phase);
}

/** What a deployment waits for; empty while it goes on: then the API gives the phase itself as the reason. */
export function waitReason({ phase, pending }: DeploymentView): string {
  return pending === null || pending.reason === phase ? '' : pending.reason;
}

/** People see success at the decision, before the old release is retired. */
export function isLive({ phase, decision }: DeploymentView): boolean {
  return phase === 'succeeded' || decision?.outcome === 'switched' || decision?.outcome === 'removed';
}

export function hasFailed(deployment: DeploymentView): boolean {
  return hasEnded(deployment) && !isLive(deployment);
}

/** Not after a decision: the API would answer `already_live`. */
export function mayCancel(deployment: DeploymentView): boolean {
  return !hasEnded(deployment) && deployment.decision === null && deployment.cancel === null;
}

/** The newest order for an instance: what a person who pressed the button wants to see. */
export function newestDeployment(instance: InstanceView): DeploymentView | null {
  return instance.waiting ?? instance.active ?? instance.last_deployment;
}
