import { randomBytes } from 'node:crypto';
import type { HostId } from '../hosts/host.ts';
import type { ProductId } from '../products/product.ts';
import type { Brand } from '../platform/brand.ts';
import type { Target } from '../routing/route.ts';
import type { Stage } from './callback-messages.ts';
import type { JobName, QueueId } from './build-server.ts';
import type { InstanceId } from './instance.ts';
import type { JobParameters } from './job-parameters.ts';
import type { Phase } from './phases.ts';

export type DeploymentId = Brand<string, 'DeploymentId'>;
export type ReleaseId = Brand<string, 'ReleaseId'>;

export type DeploymentKind = 'deploy' | 'stop' | 'start' | 'destroy';

/** Why a deployment ended as it did, or was abandoned. */
export interface Reason {
  readonly code: string;
  readonly detail: string;
}

/** The build that claimed this deployment, or that the tracker found for it. */
export interface BuildMark {
  readonly number: number;
  readonly timestamp: number;
  readonly url: string;
}

/** Taken exactly once per deployment, by the script *decide*. */
export interface Decision {
  readonly outcome: 'switched' | 'abandoned' | 'removed';
  readonly at: number;
  readonly reason?: Reason;
  /** Projects that the job removes after the switch. */
  readonly retire: readonly string[];
  /** The deployment that was live before, where it is known. */
  readonly replaces?: DeploymentId;
}

export interface Cancel {
  readonly by: string;
  readonly at: number;
  /** In the words of who cancelled; missing where none were given. */
  readonly why?: string;
}

/** What `ready` reported: where the new release answers. */
export interface Candidate {
  readonly target_host: string;
  readonly target_port: number;
  readonly container_name: string;
  readonly container_id: string;
  readonly endpoints: Readonly<Record<string, CandidateEndpoint>>;
  readonly image_ids: Readonly<Record<string, { readonly id: string; readonly repo_digest?: string }>>;
}

export interface CandidateEndpoint {
  readonly port: number;
  readonly container_name: string;
  readonly container_id: string;
}

/** One attempt to bring an instance to a release, to stop or start it, or to remove it. */
export interface Deployment {
  readonly id: DeploymentId;
  readonly instance_id: InstanceId;
  readonly kind: DeploymentKind;
  readonly release_id: ReleaseId | '';
  readonly product_id: ProductId;
  readonly host_id: HostId;
  readonly phase: Phase;
  readonly created_at: number;
  /** Epoch milliseconds, never renewed; it moves on by the time that an operator holds the deployment back. */
  readonly deadline_at: number;
  /** Since when an operator holds it back; missing when nobody does. */
  readonly held_at?: number;
  /** How long it was held back before. */
  readonly held_ms?: number;
  /** `panel`, `api`, `recovery`, or `jenkins: <user>`. */
  readonly trigger: string;
  readonly by: string;
  readonly why: string;
  readonly job: JobName;
  /** Set before the one POST to Jenkins: who finds it set searches before another POST. */
  readonly posted_at?: number;
  /** The parameters of that POST: what a build that carries this id is compared with, whatever changed since. */
  readonly sent?: JobParameters;
  readonly queue_id: QueueId | '';
  /** Jenkins' own words about what the queue item waits for. */
  readonly queue_why: string;
  readonly build?: BuildMark;
  /** Only a claim sets it: before, the tracker may have found a build that never asked for leave. */
  readonly claimed_at?: number;
  readonly seq: string;
  /** Offered ports by endpoint name. */
  readonly ports?: Readonly<Record<string, readonly number[]>>;
  readonly candidate?: Candidate;
  readonly decision?: Decision;
  /** Global route revision that the switch made; proxies acknowledge it. */
  readonly decision_revision?: number;
  /** Where the routes led before the switch: what is open there drains. */
  readonly old_targets?: readonly Target[];
  readonly reason?: Reason;
  readonly cancel?: Cancel;
  /** A recreate that took the running app away: its routes said `updating`. */
  readonly stopped_live: boolean;
  /** The recovery that was ordered after this one, which had stopped what is live. */
  readonly recovered_by: DeploymentId | '';
  readonly keep_data: boolean;
  readonly log_tail: string;
  /** When an operator ended it by force: its lease is void since. */
  readonly fenced_at?: number;
  /** When lock and slot were given back; later than the terminal phase while a build still runs. */
  readonly finished_at?: number;
  /** When each phase began. */
  readonly times: Readonly<Partial<Record<Phase, number>>>;
}

export interface StageMark {
  readonly stage: Stage;
  readonly status: 'started' | 'done';
  readonly at: number;
}

const RELEASE_ID = /^r-[a-z0-9]{20}$/;
const DEPLOYMENT_ID = /^d-[a-z0-9]{20}$/;

export function newDeploymentId(): DeploymentId {
  return `d-${randomBytes(10).toString('hex')}` as DeploymentId;
}

export function newReleaseId(): ReleaseId {
  return `r-${randomBytes(10).toString('hex')}` as ReleaseId;
}

export function isDeploymentId(text: string): text is DeploymentId {
  return DEPLOYMENT_ID.test(text);
}

export function isReleaseId(text: string): text is ReleaseId {
  return RELEASE_ID.test(text);
}

/** Why a cancelled deployment ended, for people. */
export function cancelledBy({ by, why }: Pick<Cancel, 'by' | 'why'>): Reason {
  return { code: 'cancelled', detail: `Cancelled by ${by}${why ? `: ${why}` : ''}` };
}

export function isUndecided(deployment: Deployment): boolean {
  return deployment.decision === undefined;
}
