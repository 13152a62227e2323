import type { HostId } from '../hosts/host.ts';
import type { Route } from '../routing/route.ts';
import type { Decision, DeploymentId, Reason, ReleaseId } from './deployment.ts';
import type { InstanceId } from './instance.ts';
import type { Phase } from './phases.ts';

export type ForceOutcome =
  /** Ended now, or before: what is left is to finish it. */
  | { readonly kind: 'ended'; readonly phase: Phase }
  /** It holds nothing yet: nothing was written. */
  | { readonly kind: 'waiting'; readonly phase: Phase }
  /** Lock and slot were given back before: nothing was written. */
  | { readonly kind: 'finished'; readonly phase: Phase };

export type SetRouteOutcome =
  | { readonly kind: 'set'; readonly route: Route }
  /** The instance is deleted, or shall not run. */
  | { readonly kind: 'not_present' }
  | { readonly kind: 'held'; readonly by: DeploymentId }
  /** A further endpoint of another release than the live one. */
  | { readonly kind: 'other_release'; readonly liveSeq: string }
  | { readonly kind: 'port_taken'; readonly project: string };

/** A container that was proven to belong to an instance, and to answer at this target. */
export interface ProvenContainer {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  /** Of the deployment that started it. */
  readonly seq: string;
  readonly project: string;
  readonly release_id: ReleaseId;
  /** Empty when the deployment that started it is forgotten. */
  readonly deployment_id: DeploymentId | '';
}

export interface RouteSetting {
  readonly instanceId: InstanceId;
  readonly endpointId: string;
  readonly primary: boolean;
  readonly hostId: HostId;
  readonly container: ProvenContainer;
  readonly reason: string;
  readonly by: string;
}

/** Who froze all triggers, when and why. */
export interface Freeze {
  readonly by: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly why: string;
}

/** What only an operator's break-glass act writes. Each act is one atomic script, and may be repeated. */
export interface BreakGlassStore {
  forceFail(
    id: DeploymentId,
    order: { readonly decision: Decision; readonly reason: Reason; readonly by: string },
  ): Promise<ForceOutcome>;
  /** The tombstone; undefined when there never was a route. */
  withdrawRoute(route: {
    readonly instanceId: InstanceId;
    readonly endpointId: string;
    readonly reason: string;
    readonly by: string;
  }): Promise<Route | undefined>;
  setRoute(setting: RouteSetting): Promise<SetRouteOutcome>;
  /** Who froze first stays. */
  freeze(mark: Freeze): Promise<void>;
  unfreeze(by: string): Promise<void>;
  /** Undefined while triggers run. */
  frozen(): Promise<Freeze | undefined>;
}
