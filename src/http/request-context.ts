import { AsyncLocalStorage } from 'node:async_hooks';
import type { Request, RequestHandler } from 'express';
import type { LogFields, Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import { requestIdFor } from '../platform/request-id.ts';

interface RequestContext {
  readonly requestId: string;
  /** Said once, in the access line. */
  notes: LogFields;
}

const contexts = new AsyncLocalStorage<RequestContext>();

/** Id of the request under way; undefined outside of one. */
export function currentRequestId(): string | undefined {
  return contexts.getStore()?.requestId;
}

/** For createLogger's `context`: every line written during a request carries its id. */
export function requestFields(): LogFields {
  const requestId = currentRequestId();
  return requestId === undefined ? {} : { requestId };
}

/** Adds facts to the access line of the request under way: the instance, the user, the error code. */
export function noteRequest(fields: LogFields): void {
  const context = contexts.getStore();
  if (context !== undefined) context.notes = { ...context.notes, ...fields };
}

/** Those facts, as far as they are known. */
export function requestNotes(): LogFields {
  return contexts.getStore()?.notes ?? {};
}

/** Runs the rest under a request id (the caller's if it has a good form), and writes one line when it ends. */
export function requestContext({ log, metrics }: { log: Logger; metrics: Metrics }): RequestHandler {
  return (request, response, next) => {
    const requestId = requestIdFor(request.headersDistinct['x-request-id'] ?? []);
    const context: RequestContext = { requestId, notes: {} };
    const startedAt = performance.now();
    const path = request.path;
    response.setHeader('x-request-id', requestId);
    response.once('close', () => {
      const durationMs = performance.now() - startedAt;
      const route = patternOf(request);
      metrics.httpRequest({ method: request.method, route, status: response.statusCode }, durationMs / 1_000);
      // Pages read every second: what only reads, and works, is for nginx's log.
      const isRoutine = (request.method === 'GET' || request.method === 'HEAD') && response.statusCode < 400;
      log[isRoutine ? 'debug' : 'info']('request', {
        requestId,
        method: request.method,
        path,
        statusCode: response.statusCode,
        durationMs: Math.round(durationMs * 10) / 10,
        remoteAddress: request.ip,
        ...(response.writableFinished ? {} : { reason: 'connection closed early' }),
        ...context.notes,
      });
    });
    contexts.run(context, next);
  };
}

/** The pattern of the route that answered, so that the number of labels stays small. */
function patternOf(request: Request): string {
  const { path } = (request.route as { path?: unknown } | undefined) ?? {};
  if (typeof path === 'string') return path;
  return request.res?.getHeader('x-ark-page') === undefined ? 'other' : 'page';
}
