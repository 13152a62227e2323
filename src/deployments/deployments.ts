import type { HostStore } from '../hosts/host.ts';
import type { FaultPoints } from '../platform/faults.ts';
import type { Lifecycle } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Secret } from '../platform/secret.ts';
import type { ProxyWatch } from '../routing/proxy-watch.ts';
import type { probeTarget } from '../routing/target-probe.ts';
import type { BuildServer } from './build-server.ts';
import { Callbacks } from './callbacks.ts';
import { Claims } from './claims.ts';
import type { DeploymentStore } from './deployment-store.ts';
import { FirstSeen } from './first-seen.ts';
import { Follower } from './follower.ts';
import type { JobBook } from './job-book.ts';
import { Orders, type OrdersOptions } from './orders.ts';
import type { StoreTrust } from './store-trust.ts';
import { Tracker } from './tracker.ts';
import { Trigger } from './trigger.ts';
import { Verification } from './verification.ts';

/** Everything that the parts of this feature share. */
export interface DeploymentsOptions extends StoreTrust {
  readonly store: DeploymentStore;
  readonly hosts: HostStore;
  readonly products: OrdersOptions['products'];
  readonly chooseHost: OrdersOptions['chooseHost'];
  readonly builds: BuildServer;
  readonly jobs: JobBook;
  readonly proxies: Pick<ProxyWatch, 'seen'>;
  readonly probe: typeof probeTarget;
  readonly secret: Secret;
  /** The user that we trigger builds as. */
  readonly ourUser: string;
  readonly deadlineMs: number;
  readonly probeTimeoutMs: number;
  readonly trackEveryMs: number;
  readonly linkTo: (deploymentId: string) => string;
  readonly faults: FaultPoints;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: () => number;
}

export interface Deployments {
  readonly orders: Orders;
  readonly claims: Claims;
  readonly callbacks: Callbacks;
  readonly tracker: Tracker;
}

/** Puts the feature together: orders come in, the tracker follows them, claims and callbacks answer the builds. */
export function createDeployments(options: DeploymentsOptions, lifecycle: Lifecycle): Deployments {
  const verification = lifecycle.add('verification', new Verification(options));
  const seen = new FirstSeen();
  const trigger = new Trigger({ ...options, seen });
  const follower = new Follower({ ...options, trigger, verification, seen });
  const tracker = lifecycle.add(
    'tracker',
    new Tracker({ ...options, everyMs: options.trackEveryMs, follower, seen }),
  );
  return {
    orders: new Orders({ ...options, tracker }),
    claims: new Claims(options),
    callbacks: new Callbacks({ ...options, verification }),
    tracker,
  };
}
