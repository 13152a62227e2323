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
  const load = await store.load(host);
  const read = async (id: (typeof load.active)[number]): Promise<DeploymentView | undefined> => {
    const deployment = await store.deployment(id);
    return deployment && views.deployment(deployment);
  };
  const [active, waiting] = await Promise.all([
    Promise.all(load.active.map(read)),
    Promise.all(load.waiting.map(read)),
  ]);
  return {
    active: active.filter((view) => view !== undefined).map(activeOf),
    waiting: waiting.flatMap((view, at) => (view?.pending ? [waitingOf(view, view.pending, at + 1)] : [])),
  };
}

function activeOf(view: DeploymentView): HostQueue['active'][number] {
  const { deployment_id, instance_id, phase, created_at, deadline, timeline } = view;
  // a build whose deployment has ended may hold its slot a little longer
  const since = timeline.find((mark) => mark.phase === phase)?.at ?? created_at;
  return { deployment_id, instance_id, phase, since, deadline };
}

function waitingOf(
  { deployment_id, instance_id }: DeploymentView,
  { since, reason, holder }: NonNullable<DeploymentView['pending']>,
  position: number,
): HostQueue['waiting'][number] {
  return { deployment_id, instance_id, position, since, reason, holder: holder ?? null };
}
