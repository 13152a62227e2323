import type { DeploymentView, InstanceView } from '../deployments/views.ts';
import { isTerminal } from '../deployments/phases.ts';
import { pollUntil } from '../platform/polling.ts';
import { ApiProblem, Unreachable, type ApiCaller } from './api-caller.ts';
import { EXIT, type Answer, type Context } from './command.ts';
import { plainLines } from './table.ts';

const EVERY_MS = 1_000;
const GATEWAY = new Set([502, 503, 504]);

/** As it ended; undefined when the time was over first. A coordinator that is away meanwhile is waited for. */
export async function awaitEnd(
  { api, note, signal }: Pick<Context, 'api' | 'note' | 'signal'>,
  id: string,
  seconds: number,
): Promise<DeploymentView | undefined> {
  let shown = '';
  const look = async (): Promise<DeploymentView | undefined> => {
    const view = await patiently(api.call<DeploymentView>('GET', `/api/deployments/${id}`));
    if (view === undefined) return undefined;
    const facts = new Set([view.phase, view.stages.at(-1)?.stage, view.pending?.reason]);
    const line = [...facts].filter(Boolean).join(' · ');
    if (line !== shown) note(line);
    shown = line;
    // people see success at the decision; the clean-up behind it is not theirs to wait for
    return isTerminal(view.phase) || view.phase === 'retiring' ? view : undefined;
  };
  return pollUntil(look, { everyMs: EVERY_MS, timeoutMs: seconds * 1_000, signal });
}

async function patiently<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch((error: unknown) => {
    const isAway = error instanceof Unreachable || (error instanceof ApiProblem && GATEWAY.has(error.status));
    if (isAway) return undefined;
    throw error;
  });
}

/** The end of a deployment as the last word of a command: the link, or the cause. */
export async function answerOf(
  api: ApiCaller,
  view: DeploymentView | undefined,
  id: string,
): Promise<Answer> {
  if (view === undefined) {
    const text = `${id} has not ended in time; it goes on: npm run ark -- logs -f ${id}`;
    return { text, json: { deployment_id: id, timed_out: true }, exit: EXIT.timedOut };
  }
  const instance = await api.call<InstanceView>('GET', `/api/instances/${view.instance_id}`);
  const json = { ...view, access_url: instance.access_url, status: instance.status };
  if (view.phase === 'succeeded' || view.phase === 'retiring') {
    const text = view.kind === 'destroy' ? `${view.instance_id} is deleted` : instance.access_url;
    return { text, json };
  }
  const cause =
    view.reason === null ? view.phase : `${view.phase}: ${view.reason.detail} (${view.reason.code})`;
  return { text: plainLines([cause, view.log_tail].filter(Boolean).join('\n')), json, exit: EXIT.failed };
}
