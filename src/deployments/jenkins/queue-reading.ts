import type { JobName, QueueId, QueueItem } from '../build-server.ts';
import { ACTIONS_TREE, readActions, type Actions } from './action-reading.ts';
import { jobOfAddress } from './job-path.ts';
import { countOf, fieldsOf, idOf, listOf, type Fields } from './json-reading.ts';

export const ITEM_TREE = `id,why,stuck,cancelled,task[_class,name,url],executable[number],${ACTIONS_TREE}`;
export const QUEUE_TREE = `items[id,task[_class,name,url],${ACTIONS_TREE}]`;

/** A Pipeline that waits for a node is a queue item too; its address is relative and it has no parameters. */
const PLACEHOLDER = 'PlaceholderTask';

export interface ListedItem extends Actions {
  readonly queueId: QueueId;
}

/**
 * The state of one item, `gone` when the id belongs to another deployment by now, or to a Pipeline's wait for
 * a node. Throws Misread.
 */
export function readItemFields(item: Fields, deploymentId: string): QueueItem {
  idOf(item['id'], 'id');
  const { parameters } = readActions(item['actions']);
  const task = fieldsOf(item['task'], 'task');
  if (isPlaceholder(task) || parameters['DEPLOYMENT_ID'] !== deploymentId) return { kind: 'gone' };
  if (item['cancelled'] === true) return { kind: 'cancelled' };
  if (item['executable']) {
    return {
      kind: 'started',
      number: countOf(fieldsOf(item['executable'], 'executable')['number'], 'executable'),
    };
  }
  // Only items that left have this field.
  if (item['cancelled'] === false) return { kind: 'left' };
  const why = typeof item['why'] === 'string' ? item['why'] : '';
  return { kind: 'waiting', why, stuck: item['stuck'] === true };
}

/** The items of this job in the list of the queue. Throws Misread. */
export function readQueueOf(job: JobName, answer: Fields): ListedItem[] {
  const items = listOf(answer['items'], 'items').map((each) => fieldsOf(each, 'items'));
  return items
    .filter((item) => isTaskOf(item['task'], job))
    .map((item) => ({ queueId: idOf(item['id'], 'id') as QueueId, ...readActions(item['actions']) }));
}

/** Lenient: the list holds the items of everybody, and whatever plugins put there. */
function isTaskOf(task: unknown, job: JobName): boolean {
  if (typeof task !== 'object' || task === null || isPlaceholder(task as Fields)) return false;
  const { url, name } = task as Fields;
  return typeof url === 'string' ? jobOfAddress(url) === job : name === job.split('/').at(-1);
}

function isPlaceholder(task: Fields): boolean {
  return typeof task['_class'] === 'string' && task['_class'].includes(PLACEHOLDER);
}
