import type { JobServer } from '../job-server.ts';
import type { QueueItem, QueueState } from '../model/queue.ts';
import { jobPath } from '../run/build-environment.ts';
import { causeAction, parametersAction } from './action-view.ts';
import { buildReference } from './build-view.ts';
import { JOB_CLASS, jobColor } from './job-reference.ts';

type View = Record<string, unknown>;

/** What Jenkins shows of an item when no tree is asked for (observed). */
export const DEFAULT_ITEM_TREE =
  'actions[*,parameters[*],causes[*]],blocked,buildable,id,inQueueSince,params,stuck,task[*],url,why,timestamp,' +
  'buildableStartMilliseconds,pending,cancelled,executable[number,url]';

const CLASSES = {
  waiting: 'WaitingItem',
  blocked: 'BlockedItem',
  buildable: 'BuildableItem',
  left: 'LeftItem',
};
/** An item that waits longer than this for an executor is called stuck. */
const STUCK_MS = 600_000;

export function queueItemView(server: JobServer, rootUrl: string, item: QueueItem): View {
  const { state } = item;
  const now = server.clock();
  return {
    _class: `hudson.model.Queue$${CLASSES[state.kind]}`,
    actions: [
      ...(item.parameters.length > 0 ? [parametersAction(item.parameters)] : []),
      causeAction(item.causes),
    ],
    blocked: state.kind === 'blocked',
    buildable: state.kind === 'buildable',
    id: item.id,
    inQueueSince: item.since,
    params: item.parameters.map(({ name, value }) => `\n${name}=${String(value)}`).join(''),
    stuck: state.kind === 'buildable' && now - state.since > STUCK_MS,
    task: {
      _class: JOB_CLASS,
      name: item.job.split('/').at(-1),
      url: rootUrl + jobPath(item.job),
      color: () => jobColor(server, item.job),
    },
    url: `queue/item/${item.id}/`,
    why: whyOf(state, now),
    ...detailsOf(item, rootUrl),
  };
}

function whyOf(state: QueueState, now: number): string | null {
  switch (state.kind) {
    case 'waiting': {
      const leftMs = state.dueAt - now;
      return leftMs <= 0
        ? 'Finished waiting'
        : `In the quiet period. Expires in ${leftMs < 1000 ? `${leftMs} ms` : `${(leftMs / 1000).toFixed(1)} sec`}`;
    }
    case 'blocked':
      return 'Jenkins is about to shut down';
    case 'buildable':
      return 'Waiting for next available executor';
    case 'left':
      return null;
    default:
      return state satisfies never;
  }
}

function detailsOf({ job, state }: QueueItem, rootUrl: string): View {
  switch (state.kind) {
    case 'waiting':
      return { timestamp: state.dueAt };
    case 'blocked':
      return { buildableStartMilliseconds: state.since };
    case 'buildable':
      return { buildableStartMilliseconds: state.since, pending: false };
    case 'left': {
      const { build, isCancelled } = state;
      const executable = build === undefined ? null : buildReference(rootUrl, { job, number: build });
      return { cancelled: isCancelled, executable };
    }
    default:
      return state satisfies never;
  }
}
