/** The phases of a deployment, in the order of a good day, then the ends. */
export const PHASES = [
  'accepted',
  'waiting',
  'triggering',
  'queued',
  'claimed',
  'deploying',
  'verifying',
  'retiring',
  'succeeded',
  'failed',
  'cancelled',
  'superseded',
  'lost',
  'timed_out',
  'rejected',
] as const;

export type Phase = (typeof PHASES)[number];

const ENDS = ['failed', 'cancelled', 'superseded', 'lost', 'timed_out', 'rejected'] as const;

/**
 * From each phase, the phases that may follow it; the terminal ones have none. A callback may overtake the
 * tracker, so `claimed` follows triggering and queued; a crashed Jenkins forgets items, so triggering follows
 * queued. After a switch (`retiring`) only success is left.
 */
export const NEXT_PHASES: Readonly<Record<Phase, readonly Phase[]>> = {
  accepted: ['waiting', 'claimed'],
  waiting: ['triggering', 'cancelled', 'superseded', 'timed_out', 'rejected'],
  triggering: ['queued', 'claimed', ...ENDS],
  queued: ['triggering', 'claimed', ...ENDS],
  claimed: ['deploying', 'verifying', 'succeeded', ...ENDS],
  deploying: ['verifying', 'succeeded', ...ENDS],
  verifying: ['retiring', ...ENDS],
  retiring: ['succeeded'],
  succeeded: [],
  failed: [],
  cancelled: [],
  superseded: [],
  lost: [],
  timed_out: [],
  rejected: [],
};

export function isPhase(text: string): text is Phase {
  return PHASES.includes(text as Phase);
}

export function isTerminal(phase: Phase): boolean {
  return NEXT_PHASES[phase].length === 0;
}

export function mayFollow(from: Phase, to: Phase): boolean {
  return NEXT_PHASES[from].includes(to);
}

/** The phases from which `to` may be reached: what a script compares with before it writes. */
export function phasesBefore(to: Phase): readonly Phase[] {
  return PHASES.filter((from) => mayFollow(from, to));
}
