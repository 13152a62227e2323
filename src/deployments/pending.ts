import type { Deployment } from './deployment.ts';
import type { HostLoad } from './deployment-store.ts';
import type { Instance } from './instance.ts';
import { isTerminal } from './phases.ts';
import type { Pending } from './views.ts';

export interface PendingFacts {
  readonly deployment: Deployment;
  readonly instance: Instance | undefined;
  readonly load: HostLoad | undefined;
}

const NEXT: Readonly<Record<string, string>> = {
  accepted: 'It takes its place in the queue of its host',
  waiting: 'It starts as soon as its instance and a slot of its host are free',
  triggering: 'Jenkins is asked to start the job; before a second try it is searched for the first',
  queued: 'Jenkins starts the build',
  claimed: 'The job prepares the host',
  deploying: 'The job starts the new release and checks it',
  verifying: 'The coordinator probes the new release and decides',
  retiring: 'The old release is removed; the new one is live',
};

/** Of a first deployment: it replaced nothing. */
const JOB_ENDS = 'The job ends; the release is live';

/** What holds up a deployment and what comes next; null once it has ended. Pure. */
export function pendingOf({ deployment, instance, load }: PendingFacts): Pending | null {
  const { phase } = deployment;
  if (isTerminal(phase)) return null;
  const holder = phase === 'waiting' ? holderOf(deployment, instance, load) : undefined;
  const position = (load?.waiting.indexOf(deployment.id) ?? -1) + 1;
  return {
    reason: deployment.cancel && phase !== 'retiring' ? 'cancelling' : reasonOf(deployment, instance, load),
    ...(holder !== undefined && { holder }),
    ...(position > 0 && { position }),
    since: new Date(deployment.times[phase] ?? deployment.created_at).toISOString(),
    deadline: new Date(deployment.deadline_at).toISOString(),
    next: nextOf(deployment),
  };
}

function nextOf({ phase, decision }: Deployment): string {
  if (phase === 'retiring' && decision?.retire.length === 0) return JOB_ENDS;
  return NEXT[phase] ?? '';
}

function reasonOf(
  deployment: Deployment,
  instance: Instance | undefined,
  load: HostLoad | undefined,
): string {
  const { phase, queue_why, posted_at } = deployment;
  if (phase === 'waiting') return waitsFor(deployment, instance, load);
  if (phase === 'triggering' && !posted_at && load?.hold === 'frozen') return 'frozen';
  return phase === 'triggering' || phase === 'queued' ? queue_why || phase : phase;
}

function waitsFor({ kind }: Deployment, instance: Instance | undefined, load: HostLoad | undefined): string {
  const hold = holdOf(kind, load);
  if (hold) return hold;
  if (instance?.active) return 'instance_busy';
  return load && load.active.length > 0 ? 'host_full' : 'in_line';
}

/** A cordon holds no removal back. */
function holdOf(kind: Deployment['kind'], load: HostLoad | undefined): HostLoad['hold'] {
  return load?.hold === 'host_cordoned' && kind === 'destroy' ? undefined : load?.hold;
}

function holderOf(
  { id, kind }: Deployment,
  instance: Instance | undefined,
  load: HostLoad | undefined,
): string | undefined {
  if (holdOf(kind, load)) return undefined;
  const holder = instance?.active || load?.active[0];
  return holder === id ? undefined : holder;
}
