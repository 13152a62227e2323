import type { Candidate, DeploymentId, DeploymentKind } from './deployment.ts';
import type { InstanceId } from './instance.ts';
import type { InputValue, SecretSpec, Strategy } from '../products/product.ts';

/** The first message of a build: it asks leave to touch the host. */
export interface ClaimMessage {
  readonly protocol: 1;
  readonly job: string;
  readonly build_number: number;
  readonly deployment_id?: string;
  readonly instance_id?: string;
}

/** All that the job may trust; its parameters are for people. */
export interface ClaimAnswer {
  readonly lease: string;
  readonly seq: string;
  /** ISO 8601 UTC. */
  readonly deadline: string;
  readonly action: DeploymentKind;
  readonly instance_id: InstanceId;
  readonly deployment_id: DeploymentId;
  /** Projects of this instance that stay; the host script removes all others but its own. */
  readonly keep: readonly string[];
  readonly host: {
    readonly address: string;
    readonly port: number;
    readonly user: string;
    readonly host_key: string;
    readonly sudo: boolean;
  };
  readonly project: string;
  readonly release?: ClaimedRelease;
  readonly endpoints: readonly ClaimedEndpoint[];
  readonly health?: { readonly path: string; readonly timeout_s: number };
  readonly strategy?: Strategy;
  readonly drain_s?: number;
}

export interface ClaimedRelease {
  readonly id: string;
  readonly product_id: string;
  readonly product_version: string;
  readonly compose: string;
  readonly compose_digest: string;
  readonly data_compose?: string;
  readonly data_compose_digest?: string;
  readonly inputs: readonly InputValue[];
  readonly secrets: readonly SecretSpec[];
  readonly singletons: readonly string[];
  readonly migrate?: { readonly service: string; readonly backward_compatible: boolean };
}

export interface ClaimedEndpoint {
  readonly name: string;
  readonly service: string;
  readonly port: number;
  readonly primary: boolean;
  /** Host ports to try, in this order. */
  readonly candidates: readonly number[];
}

/** What every message after the claim carries. */
export interface Leased {
  readonly lease: string;
  readonly deployment_id: string;
}

export const STAGES = ['prepare', 'pull', 'stop', 'start', 'gate', 'publish', 'retire'] as const;

export type Stage = (typeof STAGES)[number];

export interface ProgressMessage extends Leased {
  readonly stage: Stage;
  readonly status: 'started' | 'done';
  /** How long ago that was when the message was made; the host tells its stages at the end of its step. */
  readonly ago_ms?: number;
}

export interface ReadyMessage extends Leased, Candidate {
  readonly project: string;
}

export interface RemovedMessage extends Leased {
  readonly removed: readonly string[];
}

export interface FailedMessage extends Partial<Leased> {
  readonly stage: string;
  readonly reason: string;
  readonly detail?: string;
  /** With reason `stale_seq`: the number that the host knows. */
  readonly host_seq?: string;
  readonly log_tail: string;
}

/** 202 while undecided or draining, 200 with the decision from then on. */
export type ReadyAnswer =
  | { readonly status: 202; readonly body: { readonly state: 'verifying' } }
  | { readonly status: 202; readonly body: { readonly state: 'draining'; readonly open: number } }
  | { readonly status: 200; readonly body: DecisionAnswer };

export type DecisionAnswer =
  | { readonly decision: 'switched'; readonly retire: readonly string[] }
  | { readonly decision: 'abandoned'; readonly reason: string }
  | { readonly decision: 'removed' };
