import { iso } from '../platform/moment.ts';
import type { Deployment } from './deployment.ts';
import type { HostLoad } from './deployment-store.ts';
import type { Instance } from './instance.ts';
import { isTerminal } from './phases.ts';

/** What holds a deployment that is not terminal, until when, and what happens next. */
export interface Pending {
  readonly reason: string;
  readonly holder?: string;
  /** The operator who holds it back, where it is known: a host does not keep who cordoned it. */
  readonly held_by?: string;
  /** Place in the queue of the host, from 1; only of what waits. */
  readonly position?: number;
  readonly since: string;
  /** Null while an operator holds it back: its time stands still. */
  readonly deadline: string | null;
  readonly next: string;
}

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

const AFTER: Readonly<Record<NonNullable<HostLoad['hold']>, string>> = {
  frozen: 'It starts after the unfreeze, with the time that it had left',
  host_cordoned: 'It starts after the uncordon of its host, with the time that it had left',
};

/** Of a first deployment: it replaced nothing. */
const JOB_ENDS = 'The job ends; the release is live';

/** What holds up a deployment and what comes next; null once it has ended. Pure. */
export function pendingOf(facts: PendingFacts): Pending | null {
  const { deployment, instance, load } = facts;
  const { phase } = deployment;
  if (isTerminal(phase)) return null;
  const hold = holdOf(deployment, load);
  const holder = phase === 'waiting' && !hold ? holderOf(deployment, instance, load) : undefined;
  const position = (load?.waiting.indexOf(deployment.id) ?? -1) + 1;
  return {
    ...(hold ? heldBack(hold, load) : goingOn(facts)),
    ...(holder !== undefined && { holder }),
    ...(position > 0 && { position }),
    since: iso(deployment.times[phase] ?? deployment.created_at),
  };
}

type Outlook = Pick<Pending, 'reason' | 'held_by' | 'deadline' | 'next'>;

function heldBack(hold: NonNullable<HostLoad['hold']>, load: HostLoad | undefined): Outlook {
  const by = load?.held_by;
  return { reason: hold, ...(by && { held_by: by }), deadline: null, next: AFTER[hold] };
}

function goingOn(facts: PendingFacts): Outlook {
  const { deployment } = facts;
  return { reason: reasonOf(facts), deadline: iso(deployment.deadline_at), next: nextOf(deployment) };
}

/** Whether Jenkins cannot have heard of it yet. */
export function mayBeHeld({ phase, posted_at }: Deployment): boolean {
  return phase === 'accepted' || phase === 'waiting' || (phase === 'triggering' && !posted_at);
}

/** A freeze holds all that Jenkins has not heard of; a cordon what waits, but for removals and recoveries (hold.lua). */
function holdOf(deployment: Deployment, load: HostLoad | undefined): HostLoad['hold'] {
  const { phase, kind, trigger, cancel } = deployment;
  if (cancel || !mayBeHeld(deployment)) return undefined;
  if (load?.hold !== 'host_cordoned') return load?.hold;
  return phase !== 'waiting' || kind === 'destroy' || trigger === 'recovery' ? undefined : load.hold;
}

function nextOf({ phase, decision }: Deployment): string {
  if (phase === 'retiring' && decision?.retire.length === 0) return JOB_ENDS;
  return NEXT[phase] ?? '';
}

function reasonOf({ deployment, instance, load }: PendingFacts): string {
  const { phase, queue_why, cancel } = deployment;
  if (cancel && phase !== 'retiring') return 'cancelling';
  if (phase !== 'waiting') return phase === 'triggering' || phase === 'queued' ? queue_why || phase : phase;
  if (instance?.active) return 'instance_busy';
  return load && load.active.length > 0 ? 'host_full' : 'in_line';
}

function holderOf(
  { id }: Deployment,
  instance: Instance | undefined,
  load: HostLoad | undefined,
): string | undefined {
  const holder = instance?.active || load?.active[0];
  return holder === id ? undefined : holder;
}
