import type { Request, Response, Router } from 'express';
import Joi from 'joi';
import { setTimeout as delay } from 'node:timers/promises';
import { actorOf } from '../../http/authentication.ts';
import { call, routerOf, type Call } from '../../http/call.ts';
import { EventStream, wantsEvents, type EventStreamOptions } from '../../http/event-stream.ts';
import { writeTo } from '../../http/slow-reader.ts';
import type { StreamSlots } from '../../http/stream-slots.ts';
import { invalidFields } from '../../http/validate.ts';
import type { DeploymentId } from '../deployment.ts';
import type { DeploymentStore } from '../deployment-store.ts';
import { findDeployment } from '../deployments-api.ts';
import { deploymentId } from '../order-schemas.ts';
import type { LogKeeper } from './log-keeper.ts';
import { followLog, parsePlace, placeText, type LogNews, type LogPlace } from './log-reader.ts';
import type { LogHead, LogStore } from './log-store.ts';

export interface LogsApiOptions {
  readonly store: DeploymentStore;
  readonly logs: LogStore;
  readonly keeper: LogKeeper;
  readonly slots: StreamSlots;
  readonly stream: EventStreamOptions;
}

/** How long the answer waits for Jenkins when there is something to show already. */
const FRESH_WITHIN_MS = 3_000;
const PIECE_BYTES = 64 * 1_024;
const LAST_EVENT_ID = Joi.string()
  .pattern(/^\d{1,12}:\d{1,12}$/, '<generation>:<offset>')
  .description('Of events: goes on behind this one');
const IF_NONE_MATCH = Joi.string().description('Of text: the ETag of what the caller has');

/** The log of a build: as text as far as it is there, or as events while it grows. */
export function createLogsApi(options: LogsApiOptions): Router {
  return routerOf([readLog(options)]);
}

function readLog(options: LogsApiOptions): Call {
  return call({
    method: 'get',
    path: '/api/deployments/:id/log',
    right: 'logs:read',
    summary: 'Read or follow the log of the build',
    description:
      'As text as far as it is written, or with `Accept: text/event-stream` as events while it grows (docs/logs.md). Secrets in it are redacted.',
    params: { id: deploymentId },
    headers: { 'last-event-id': LAST_EVENT_ID, 'if-none-match': IF_NONE_MATCH },
    answers: {
      200: { description: 'The log; empty without a build', type: ['text/plain', 'text/event-stream'] },
      304: { description: 'The caller has it already' },
    },
    errors: [
      ...(['deployment_not_found', 'validation_failed', 'too_many_streams'] as const),
      ...(['build_server_unavailable', 'build_server_refused'] as const),
    ],
    handle: async ({ request, response }) => {
      const { id } = await findDeployment(options.store, request);
      response.vary('Accept');
      if (wantsEvents(request)) await sendEvents(options, { id, request, response });
      else await sendText(options, { id, request, response });
    },
  });
}

interface Exchange {
  readonly id: DeploymentId;
  readonly request: Request;
  readonly response: Response;
}

async function sendEvents(options: LogsApiOptions, { id, request, response }: Exchange): Promise<void> {
  const from = placeOf(request);
  // A store that is away is told before the stream begins.
  await options.logs.head(id);
  options.slots.take(actorOf(request).credential, response);
  const stream = new EventStream(response, options.stream);
  if (request.method === 'HEAD') stream.end();
  for await (const news of followLog(options, id, { from, signal: stream.signal })) {
    await stream.send(toEvent(news));
    if (stream.signal.aborted) break;
  }
  stream.end();
}

function toEvent(news: LogNews): { event: string; id?: string; data: string } {
  switch (news.kind) {
    case 'lines':
      return { event: 'log', id: placeText(news.place), data: news.text.replace(/\n$/, '') };
    case 'reset':
      return {
        event: 'reset',
        id: placeText(news.place),
        data: JSON.stringify({ generation: news.place.generation }),
      };
    case 'end':
      return { event: 'end', data: JSON.stringify({ phase: news.phase ?? null }) };
    default:
      return news satisfies never;
  }
}

async function sendText(options: LogsApiOptions, { id, request, response }: Exchange): Promise<void> {
  const head = await freshHead(options, id);
  const { generation = 0, from = 0, to = 0 } = head ?? {};
  const etag = `"${String(generation)}-${String(from)}-${String(to)}"`;
  response.set({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'private, no-cache', etag });
  if (request.get('if-none-match') === etag) return void response.status(304).end();
  response.set('content-length', String(to - from));
  if (request.method === 'HEAD') return void response.end();
  for (let at = from; at < to && !response.closed; at += PIECE_BYTES) {
    const range = { generation, from: at, to: Math.min(to, at + PIECE_BYTES) };
    const piece = await options.logs.read(id, range);
    // Replaced meanwhile: whoever counts sees that the rest is missing.
    if (!piece) return void response.destroy();
    await writeTo(response, piece, options.stream.slowMs);
  }
  response.end();
}

/** What is stored, as fresh as Jenkins gives it. Throws only when there is nothing to show. */
async function freshHead({ logs, keeper }: LogsApiOptions, id: DeploymentId): Promise<LogHead | undefined> {
  const stored = await logs.head(id);
  if (!stored) await keeper.look(id);
  else
    await Promise.race([
      keeper.refresh(id).catch(() => undefined),
      delay(FRESH_WITHIN_MS, undefined, { ref: false }),
    ]);
  return logs.head(id);
}

/** Where a reader that comes back goes on. Throws `validation_failed` for what no event of ours was called. */
function placeOf(request: Request): LogPlace | undefined {
  const id = request.get('last-event-id');
  if (id === undefined) return undefined;
  const place = parsePlace(id);
  if (place) return place;
  throw invalidFields([
    { field: 'Last-Event-ID', message: 'Last-Event-ID is not the id of an event of ours' },
  ]);
}
