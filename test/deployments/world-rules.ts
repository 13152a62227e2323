import type { Deployment } from '../../src/deployments/deployment.ts';
import type { HostLoad } from '../../src/deployments/deployment-store.ts';
import { isTerminal, mayFollow, type Phase } from '../../src/deployments/phases.ts';

/** One for each update at most, none after a recovery. */
export function checkRecoveries(all: readonly Deployment[]): void {
  const ordered = all.filter(({ trigger }) => trigger === 'recovery').map(({ id }) => id);
  const causes = all.filter(({ recovered_by }) => recovered_by !== '');
  const named = new Set(causes.map(({ recovered_by }) => recovered_by));
  must(named.size === ordered.length && ordered.every((id) => named.has(id)), 'a recovery has no one cause');
  for (const { trigger, stopped_live, decision } of causes) {
    must(trigger !== 'recovery', 'a recovery is followed by another');
    must(stopped_live && decision?.outcome !== 'switched', 'a recovery of what was never stopped');
  }
}

/** What an operator ends stays ended. */
export function checkForce({ phase, fenced_at }: Deployment): void {
  must(
    fenced_at === undefined || isTerminal(phase) || phase === 'retiring',
    'what was ended by force goes on',
  );
}

/** What is held back keeps its place in the line, and its time. A cordon lets removals and recoveries through. */
export function checkHold(
  { phase, kind, trigger }: Deployment,
  before: Phase | undefined,
  held: HostLoad['hold'],
): void {
  const passes = held === 'host_cordoned' && (kind === 'destroy' || trigger === 'recovery');
  if (held === undefined || passes || (before ?? 'waiting') !== 'waiting') return;
  must(phase === 'waiting' || isTerminal(phase), 'a deployment began that an operator held back');
  must(phase !== 'timed_out', 'what was held back timed out');
}

/** The newest are the likely ones. */
export function pickFrom<T>(list: readonly T[], at: number): T | undefined {
  return list[list.length - 1 - (at % Math.max(1, list.length))];
}

export function must(holds: boolean, words: string): void {
  if (!holds) throw new Error(words);
}

/** Several steps may lie between two looks. */
export function reaches(from: Phase, to: Phase): boolean {
  const seen = new Set<Phase>([from]);
  const queue: Phase[] = [from];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const here = at;
    if (mayFollow(here, to)) return true;
    for (const next of [
      'waiting',
      'triggering',
      'queued',
      'claimed',
      'deploying',
      'verifying',
      'retiring',
    ] as const) {
      if (mayFollow(here, next) && !seen.has(next)) queue.push(next);
      if (mayFollow(here, next)) seen.add(next);
    }
  }
  return isTerminal(from) ? from === to : false;
}
