import type { Request, Response, Router } from 'express';
import Joi from 'joi';
import { actorOf } from '../../http/authentication.ts';
import { call, routerOf, type Call } from '../../http/call.ts';
import { EventStream, type EventStreamOptions, type StreamEvent } from '../../http/event-stream.ts';
import type { StreamSlots } from '../../http/stream-slots.ts';
import { invalidFields } from '../../http/validate.ts';
import { AppError } from '../../platform/errors.ts';
import type { DeploymentStore } from '../deployment-store.ts';
import { findInstance } from '../instances-api.ts';
import { instanceId } from '../order-schemas.ts';
import { toChangeView, type ChangeEvent } from './change-event.ts';
import { followChanges } from './change-reader.ts';
import type { EventFeed } from './event-feed.ts';

export interface EventsApiOptions {
  readonly store: DeploymentStore;
  readonly feed: EventFeed;
  readonly slots: StreamSlots;
  readonly stream: EventStreamOptions;
}

const FIRST_READING_MS = 2_000;
const EVENT_ID = /^\d{1,15}-\d{1,15}$/;
const LAST_EVENT_ID = Joi.string().pattern(EVENT_ID, '<ms>-<n>').description('Goes on behind this event');

/** What changes, as it changes. */
export function createEventsApi(options: EventsApiOptions): Router {
  return routerOf([followAll(options), followInstance(options)]);
}

function followAll(options: EventsApiOptions): Call {
  return call({
    method: 'get',
    path: '/api/events',
    right: 'instances:read',
    summary: 'Follow all changes',
    description: 'Server-sent events (docs/logs.md). Whoever polls sees the same.',
    headers: { 'last-event-id': LAST_EVENT_ID },
    answers: { 200: { description: 'One event for each change', type: 'text/event-stream' } },
    errors: ['validation_failed', 'too_many_streams'],
    handle: async ({ request, response }) =>
      sendChanges(options, { request, response, isWanted: () => true }),
  });
}

function followInstance(options: EventsApiOptions): Call {
  return call({
    method: 'get',
    path: '/api/instances/:id/events',
    right: 'instances:read',
    summary: 'Follow the changes of an instance',
    description: 'Server-sent events (docs/logs.md). Whoever polls sees the same.',
    params: { id: instanceId },
    headers: { 'last-event-id': LAST_EVENT_ID },
    answers: { 200: { description: 'One event for each change', type: 'text/event-stream' } },
    errors: ['instance_not_found', 'validation_failed', 'too_many_streams'],
    handle: async ({ request, response }) => {
      const { id } = await findInstance(options.store, request);
      const isWanted = ({ instance_id }: ChangeEvent): boolean => instance_id === id;
      await sendChanges(options, { request, response, isWanted });
    },
  });
}

interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly isWanted: (event: ChangeEvent) => boolean;
}

async function sendChanges(
  { feed, slots, stream: options }: EventsApiOptions,
  { request, response, isWanted }: Exchange,
): Promise<void> {
  const given = lastEventIdOf(request);
  // A process that just starts knows in a moment.
  if (feed.last === undefined) await feed.next(AbortSignal.timeout(FIRST_READING_MS));
  const place = feed.last && (given ?? feed.last);
  if (place === undefined) throw storeAway();
  slots.take(actorOf(request).credential, response);
  const stream = new EventStream(response, { ...options, position: place });
  if (request.method === 'HEAD') stream.end();
  for await (const news of followChanges(feed, place, stream.signal)) {
    if (stream.signal.aborted) break;
    if (news.kind === 'place') stream.position = news.id;
    else if (news.kind === 'reset') await stream.send({ event: 'reset', id: news.id, data: '{}' });
    else if (isWanted(news.event)) await stream.send(toEvent(news.event));
  }
}

function toEvent(event: ChangeEvent): StreamEvent {
  return { event: 'change', id: event.id, data: JSON.stringify(toChangeView(event)) };
}

/** Throws `validation_failed` for what no event of ours was called. */
function lastEventIdOf(request: Request): string | undefined {
  const id = request.get('last-event-id');
  if (id === undefined || EVENT_ID.test(id)) return id;
  throw invalidFields([
    { field: 'Last-Event-ID', message: 'Last-Event-ID is not the id of an event of ours' },
  ]);
}

function storeAway(): AppError {
  return new AppError('store_unavailable', 'The store does not answer; try again in a moment', {
    retryAfterS: 2,
  });
}
