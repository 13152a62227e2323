import type { InstanceView } from '../deployments/views.ts';
import { isDeploymentId } from '../deployments/deployment.ts';
import { sleep } from '../platform/polling.ts';
import { ApiProblem, Unreachable, type ApiCaller } from './api-caller.ts';
import { AskedWrongly, EXIT, type Answer, type Command, type Context } from './command.ts';

const BACK_AFTER_MS = 2_000;

const logs: Command = {
  summary: 'print the log of a build',
  description:
    'With -f it follows the log to its end, over restarts of the coordinator; exit 1 if the deployment failed.',
  words: [{ name: 'ID', about: 'of a deployment, or of an instance: its last deployment' }],
  options: { follow: { about: 'follow the log to its end', short: 'f' } },
  run: async (context) => {
    const { api, asked } = context;
    const id = await deploymentOf(api, asked.word('ID') ?? '');
    const path = `/api/deployments/${id}/log`;
    if (asked.isOn('follow')) return follow(context, path, id);
    const log = await api.text(path);
    return { text: log.replace(/\n$/, ''), json: { deployment_id: id, log } };
  },
};

async function deploymentOf(api: ApiCaller, id: string): Promise<string> {
  if (isDeploymentId(id)) return id;
  const { last_deployment: last } = await api.call<InstanceView>(
    'GET',
    `/api/instances/${encodeURIComponent(id)}`,
  );
  if (last === null) throw new AskedWrongly('This instance has no deployment');
  return last.deployment_id;
}

/** Prints lines as they come; a stream that ends without `end` is taken up again behind the last line. */
async function follow(context: Context, path: string, id: string): Promise<Answer> {
  const { note, signal } = context;
  const place: Place = { last: undefined };
  while (!signal.aborted) {
    try {
      const end = await readOn(context, path, place);
      if (end !== undefined) return endOf(id, end);
    } catch (error) {
      if (!isAway(error)) throw error;
      note('the coordinator is away; waiting for it');
    }
    await sleep(BACK_AFTER_MS, signal).catch(() => undefined);
  }
  return { text: '', json: { deployment_id: id, ended: false }, exit: EXIT.failed };
}

/** Where the reading goes on. */
interface Place {
  last: string | undefined;
}

/** The data of `end`; undefined when the stream ended before. */
async function readOn({ api, asked, print, note, signal }: Context, path: string, place: Place) {
  const isJson = asked.isOn('json');
  for await (const { event, id, data } of api.events(path, place.last, signal)) {
    place.last = id ?? place.last;
    if (event === 'end') return data;
    if (isJson) print(`${JSON.stringify({ event, id, data })}\n`);
    else if (event === 'log') print(`${data}\n`);
    else if (event === 'reset') note('the log begins anew');
  }
  return undefined;
}

function endOf(id: string, data: string): Answer {
  const { phase } = JSON.parse(data) as { phase: string | null };
  const isGood = phase === null || phase === 'succeeded' || phase === 'retiring';
  return { text: '', json: { deployment_id: id, phase }, exit: isGood ? EXIT.done : EXIT.failed };
}

function isAway(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof ApiProblem && error.status >= 502);
}

export const LOG_COMMANDS = { logs };
