import type { QueueItem } from '../model/queue.ts';
import { DEFAULT_ITEM_TREE, queueItemView } from '../views/queue-view.ts';
import { sendEmpty, sendText } from './answers.ts';
import { sendMethodNotAllowed, sendNotFound, sendOops } from './error-pages.ts';
import { apiJson } from './api-json.ts';
import type { Exchange } from './exchange.ts';
import { field, may } from './exchange.ts';

/** Everything below /queue. */
export function routeQueue(exchange: Exchange, rest: readonly string[]): void {
  const { server, rootUrl } = exchange.site;
  const path = rest.join('/');
  if (path === 'api/json') {
    const items = may(exchange, 'read') ? server.queue.waiting() : [];
    const view = {
      _class: 'hudson.model.Queue',
      discoverableItems: [],
      items: items.map((item) => () => queueItemView(server, rootUrl, item)),
    };
    return apiJson(exchange, view, `discoverableItems,items[${DEFAULT_ITEM_TREE}]`);
  }
  if (path === 'cancelItem') return cancelItem(exchange);
  if (rest[0] === 'item' && rest[1] !== undefined)
    return routeItem(exchange, rest[1], rest.slice(2).join('/'));
  sendNotFound(exchange);
}

function routeItem(exchange: Exchange, id: string, path: string): void {
  const { server, rootUrl } = exchange.site;
  const item = findItem(exchange, id);
  if (item === undefined) return sendNotFound(exchange);
  if (path === 'api/json') return apiJson(exchange, queueItemView(server, rootUrl, item), DEFAULT_ITEM_TREE);
  if (path === 'cancelQueue' && exchange.method === 'POST') {
    // deprecated, and 204 whatever came of it
    if (may(exchange, 'cancel')) server.queue.cancel(item);
    return sendEmpty(exchange, 204);
  }
  if (path !== '') return sendNotFound(exchange);
  const example = `/queue/item/${item.id}/api/json?tree=cancelled,executable[url]`;
  sendText(exchange, `Queue item exists. For details check, for example, ${example}`);
}

/** 204 cancelled, 404 unknown, 422 not allowed, 500 started or cancelled before (observed). */
function cancelItem(exchange: Exchange): void {
  if (exchange.method !== 'POST') return sendMethodNotAllowed(exchange);
  const item = findItem(exchange, field(exchange, 'id') ?? '');
  if (item === undefined) return sendOops(exchange, 404);
  if (!may(exchange, 'cancel')) return sendOops(exchange, 422);
  if (!exchange.site.server.queue.cancel(item)) return sendOops(exchange, 500);
  sendEmpty(exchange, 204);
}

function findItem(exchange: Exchange, id: string): QueueItem | undefined {
  if (!/^[1-9][0-9]{0,14}$/.test(id) || !may(exchange, 'read')) return undefined;
  return exchange.site.server.queue.find(Number(id));
}
