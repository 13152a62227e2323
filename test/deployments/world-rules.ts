import type { Deployment } from '../../src/deployments/deployment.ts';
import type { DeploymentStore, HostLoad } from '../../src/deployments/deployment-store.ts';
import type { Instance } from '../../src/deployments/instance.ts';
import { isTerminal, mayFollow, PHASES, type Phase } from '../../src/deployments/phases.ts';
import { STATUSES, statusOf } from '../../src/deployments/views.ts';

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

/** Ids by the word that they are listed under. */
export interface Lists {
  readonly byStatus: ReadonlyMap<string, string>;
  readonly byPhase: ReadonlyMap<string, string>;
}

export async function readLists(store: Pick<DeploymentStore, 'instances' | 'deployments'>): Promise<Lists> {
  const page = { limit: 500 };
  const listed = async (word: string, read: Promise<{ items: readonly { readonly id: string }[] }>) =>
    (await read).items.map(({ id }) => [id, word] as const);
  const instances = STATUSES.map((status) => listed(status, store.instances(page, { status })));
  const deployments = PHASES.map((phase) => listed(phase, store.deployments(page, { phase })));
  return {
    byStatus: mapOf((await Promise.all(instances)).flat()),
    byPhase: mapOf((await Promise.all(deployments)).flat()),
  };
}

function mapOf(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  const map = new Map(pairs);
  must(map.size === pairs.length, 'something is listed under two words');
  return map;
}

/** What the lists say is what the records say. */
export function checkLists(seen: {
  readonly lists: Lists;
  readonly deployments: readonly Deployment[];
  readonly instances: readonly { readonly instance: Instance | undefined }[];
}): void {
  const known = new Map(seen.deployments.map((each) => [each.id, each]));
  for (const { id, phase } of seen.deployments) {
    must(seen.lists.byPhase.get(id) === phase, `a deployment is not listed under its phase ${phase}`);
  }
  for (const { instance } of seen.instances) {
    if (!instance) continue;
    const active = instance.active === '' ? undefined : known.get(instance.active);
    const status = statusOf(instance, active);
    must(seen.lists.byStatus.get(instance.id) === status, `an instance is not listed under ${status}`);
  }
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
    for (const next of PHASES.filter((phase) => !isTerminal(phase))) {
      if (mayFollow(here, next) && !seen.has(next)) queue.push(next);
      if (mayFollow(here, next)) seen.add(next);
    }
  }
  return isTerminal(from) ? from === to : false;
}
