/** What the API answers, as the pages read it: the coordinator's own types, and what the pages make of them. */
import { isTerminal } from '../deployments/phases.ts';
import type { DeploymentView, InstanceView } from '../deployments/views.ts';
import type { Session } from '../http/sessions.ts';

export type { CallbackView } from '../deployments/callback-history.ts';
export type { Stage } from '../deployments/callback-messages.ts';
export type { Reason } from '../deployments/deployment.ts';
export type { HostQueue } from '../deployments/host-queue.ts';
export type { Phase } from '../deployments/phases.ts';
export type { Pending } from '../deployments/pending.ts';
export type { DeploymentView, InstanceView, Status } from '../deployments/views.ts';
export type { HostCheck } from '../hosts/host-registrar.ts';
export type { HostView } from '../hosts/host-view.ts';
export type { SystemView } from '../deployments/system-api.ts';
export type { ActView } from '../http/acts.ts';
export type { KeyView } from '../http/callback-keys-api.ts';
export type { InputSpec } from '../products/product.ts';
export type { ProductView } from '../products/product-view.ts';

/** Who is signed in. */
export type WhoIs = Pick<Session, 'user' | 'role'>;

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

export function hasEnded(deployment: DeploymentView): boolean {
  return isTerminal(deployment.phase);
}

/** What a deployment waits for; empty while it goes on: then the API gives the phase itself as the reason. */
export function waitReason({ phase, pending }: DeploymentView): string {
  return pending === null || pending.reason === phase ? '' : pending.reason;
}

/** Null while an operator holds it back: its time stands still. */
export function deadlineOf({ pending, deadline }: DeploymentView): string | null {
  return pending === null ? deadline : pending.deadline;
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
