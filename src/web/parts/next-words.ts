import type { Texts } from '../texts/texts.ts';
import type { DeploymentView } from '../views.ts';

/** What happens next to a deployment that has not ended; empty for one that has. */
export function nextWords({ phase, decision, pending }: DeploymentView, { next }: Texts): string {
  if (pending?.deadline === null) return pending.reason === 'frozen' ? next.frozen : next.cordoned;
  if (phase === 'retiring' && decision?.retire.length === 0) return next.ending;
  return Object.hasOwn(next, phase) ? next[phase as keyof typeof next] : '';
}
