import type { HostId } from '../hosts/host.ts';
import type { DeploymentStore } from './deployment-store.ts';
import type { Phase } from './phases.ts';
import type { Views } from './view-reader.ts';
import type { DeploymentView } from './views.ts';

/** Who works and who waits on a host. */
export interface HostQueue {
  readonly active: readonly {
    readonly deployment_id: string;
    readonly instance_id: string;
    readonly phase: Phase;
    readonly since: string;
    readonly deadline: string;
  }[];
  readonly waiting: readonly {
    readonly deployment_id: string;
    readonly instance_id: string;
    /** From 1, in order of arrival. */
    readonly position: number;
    readonly since: string;
    readonly reason: string;
    readonly holder: string | null;
  }[];
}

/** As it is now; what ends while it is read is left out. */
export async function queueOf(
  host: HostId,
  { store, views }: { readonly store: DeploymentStore; readonly views: Views },
): Promise<HostQueue> {
  const { active: atWork, waiting: inLine } = await store.load(host);
  const found = await Promise.all([...atWork, ...inLine].map((id) => store.deployment(id)));
  const all = await views.deployments(found.filter((deployment) => deployment !== undefined));
  const shown: ReadonlyMap<string, DeploymentView> = new Map(all.map((view) => [view.deployment_id, view]));
  const active = atWork.flatMap((id) => activeOf(shown.get(id)));
  return {
    active: active.sort((one, other) => one.since.localeCompare(other.since)),
    waiting: inLine.flatMap((id, at) => waitingOf(shown.get(id), at + 1)),
  };
}

type Active = HostQueue['active'][number];
type Waiting = HostQueue['waiting'][number];

function activeOf(view: DeploymentView | undefined): readonly Active[] {
  if (!view) return [];
  const { deployment_id, instance_id, phase, created_at, deadline, timeline } = view;
  // a build whose deployment has ended may hold its slot a little longer
  const since = timeline.find((mark) => mark.phase === phase)?.at ?? created_at;
  return [{ deployment_id, instance_id, phase, since, deadline }];
}

function waitingOf(view: DeploymentView | undefined, position: number): readonly Waiting[] {
  if (!view?.pending) return [];
  const { deployment_id, instance_id, pending } = view;
  const { since, reason, holder = null } = pending;
  return [{ deployment_id, instance_id, position, since, reason, holder }];
}
