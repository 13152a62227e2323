import type { HostId } from '../hosts/host.ts';
import type {
  BuildMark,
  Decision,
  Deployment,
  DeploymentId,
  Reason,
  ReleaseId,
  StageMark,
} from './deployment.ts';
import type { Instance, InstanceId } from './instance.ts';
import type { Phase } from './phases.ts';
import type { ComposeTexts, Release } from './release.ts';

export interface IdempotencyRecord {
  /** Credential and key together. */
  readonly key: string;
  readonly body_sha: string;
  /** The 202 to give again, as JSON text. */
  readonly answer: string;
}

export interface NewOrder {
  /** Only for a new instance. */
  readonly instance?: Instance;
  readonly deployment: Deployment;
  readonly release?: { readonly release: Release; readonly texts: ComposeTexts };
  readonly idempotency?: IdempotencyRecord;
}

export type CreateOutcome =
  | { readonly kind: 'created' | 'key_reused' | 'instance_missing' | 'instance_deleted' }
  /** The answer to the same order before, or to the removal that this one joins. */
  | { readonly kind: 'replayed' | 'joined'; readonly answer: string };

export type AdmitOutcome =
  | { readonly kind: 'admitted' | 'stale' | 'frozen' | 'cordoned' | 'rejected' | 'full' }
  | { readonly kind: 'held'; readonly by: DeploymentId };

export type ClaimOutcome =
  | { readonly kind: 'granted' | 'full' | 'not_allowed' | 'no_ports' | 'frozen' | 'cordoned' }
  | { readonly kind: 'claimed' | 'held'; readonly by: DeploymentId }
  | { readonly kind: 'stale'; readonly phase: Phase };

export interface ClaimOrder {
  readonly deploymentId: DeploymentId;
  readonly instanceId: InstanceId;
  readonly job: string;
  readonly build: BuildMark;
  readonly endpoints: readonly string[];
  /** The deployment to create, when an operator's build is adopted. */
  readonly adopt?: Deployment;
}

export interface Advance {
  readonly from: readonly Phase[];
  readonly to?: Phase;
  readonly fields?: Partial<Omit<Deployment, 'id' | 'phase' | 'times'>>;
  readonly freePorts?: readonly number[];
  /** Give lock and slot back: no build of ours runs (any more). */
  readonly finish?: boolean;
  readonly detail?: string;
  /** Write nothing while an operator has frozen all triggers. */
  readonly unlessFrozen?: boolean;
}

export interface DecisionOrder {
  readonly decision: Decision;
  readonly endpointIds?: readonly string[];
  readonly routes?: readonly NewRoute[];
  readonly imageIds?: Readonly<Record<string, unknown>>;
  /** The phase that follows: retiring after a switch, an end after the others; none while a cancel runs. */
  readonly to?: Phase;
  readonly reason?: Reason;
  /** A higher seq that the host knows: ours is raised to it, if it is less than a day ahead. */
  readonly hostSeq?: string;
  readonly logTail?: string;
}

export interface NewRoute {
  readonly endpoint: string;
  readonly target_host: string;
  readonly target_port: number;
  readonly container_id: string;
}

export type DecideOutcome =
  | { readonly kind: 'decided'; readonly decision: Decision; readonly revision: number }
  | { readonly kind: 'refused'; readonly why: string };

export type CancelOutcome =
  | { readonly kind: 'cancelled' | 'cancelling' | 'already_live' | 'already_removing' }
  | { readonly kind: 'ended'; readonly phase: Phase };

export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  /** The last row, if there are more behind it. */
  readonly next?: Place;
}

/** Where a row stands in its list. */
export interface Place {
  readonly score: number;
  readonly id: string;
}

export interface PageQuery {
  /** Begins behind this place; from the beginning without one. */
  readonly after?: Place;
  readonly limit: number;
}

/** What may be asked of instances: each is an index, kept by the scripts. */
export interface InstanceFilter {
  readonly product?: string;
  readonly host?: string;
  readonly environment?: string;
  readonly status?: string;
  /** The whole name. */
  readonly client?: string;
}

export interface DeploymentFilter {
  readonly instance?: string;
  readonly product?: string;
  readonly host?: string;
  readonly phase?: Phase;
  /** Only what still holds or waits for something. */
  readonly open?: true;
}

export interface HostLoad {
  readonly active: readonly DeploymentId[];
  /** In order of arrival. */
  readonly waiting: readonly DeploymentId[];
  /** What an operator holds back: everything, or new deployments on this host (removals go on). */
  readonly hold?: 'frozen' | 'host_cordoned';
  /** The operator who does, where it is known. */
  readonly held_by?: string;
}

/**
 * The state of instances, deployments and releases. Everything that changes phase, pointers, locks, slots,
 * ports or routes is one atomic script; outcomes are values, an unreachable store is `store_unavailable`.
 */
export interface DeploymentStore {
  create(order: NewOrder): Promise<CreateOutcome>;
  admit(id: DeploymentId): Promise<AdmitOutcome>;
  /** False when nothing was written: the deployment was in none of the expected phases, or all is frozen. */
  advance(id: DeploymentId, step: Advance): Promise<boolean>;
  /** True while an operator holds it back (see pending.ts): its time stands still. To be asked in each round. */
  hold(id: DeploymentId): Promise<boolean>;
  claim(order: ClaimOrder): Promise<ClaimOutcome>;
  /** False when the deployment is not in a phase that works on a host. */
  progress(id: DeploymentId, stage: StageMark, updating: readonly string[]): Promise<boolean>;
  decide(id: DeploymentId, order: DecisionOrder): Promise<DecideOutcome>;
  /** Gives lock and slot back and puts ports of `removed` projects into quarantine; false while undecided. */
  finish(id: DeploymentId, removed: readonly string[]): Promise<boolean>;
  /** Orders what is live once more after an update that stopped it, if that is needed; see recover.lua. Repeatable. */
  recover(id: DeploymentId, recovery: Deployment): Promise<boolean>;
  cancel(id: DeploymentId, by: string, why?: string): Promise<CancelOutcome>;

  instance(id: InstanceId): Promise<Instance | undefined>;
  deployment(id: DeploymentId): Promise<Deployment | undefined>;
  release(id: ReleaseId): Promise<{ release: Release; texts: ComposeTexts } | undefined>;
  stages(id: DeploymentId): Promise<readonly StageMark[]>;
  /** The deployment that this very build claimed. */
  claimedBy(job: string, build: Pick<BuildMark, 'number' | 'timestamp'>): Promise<DeploymentId | undefined>;
  /** Everything that still holds or waits for something, soonest deadline first. */
  open(): Promise<readonly DeploymentId[]>;
  load(host: HostId): Promise<HostLoad>;
  replay(idempotency: Pick<IdempotencyRecord, 'key' | 'body_sha'>): Promise<CreateOutcome | undefined>;

  /** Newest first; those that fit all of the filter. */
  instances(page: PageQuery, filter?: InstanceFilter): Promise<Page<Instance>>;
  deployments(page: PageQuery, filter?: DeploymentFilter): Promise<Page<Deployment>>;
  isHostInUse(host: HostId): Promise<boolean>;
}
