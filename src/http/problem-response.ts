import type { ServerResponse } from 'node:http';
import { toAppError, type AppError } from '../platform/errors.ts';
import { ERROR_CATALOGUE } from './error-catalogue.ts';

export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** RFC 9457, as JSON text. */
  readonly body: string;
}

/** An error as `application/problem+json`; what we did not foresee says only `internal` and the request id. */
export function toProblem(thrown: unknown, requestId: string): Problem {
  const error = toAppError(thrown);
  const { status, title } = ERROR_CATALOGUE[error.code];
  const body = JSON.stringify({
    ...error.details,
    type: `urn:ark-deploy:problem:${error.code}`,
    title,
    status,
    code: error.code,
    detail: error.message,
    request_id: requestId,
  });
  return { status, headers: headersOf(error, status), body };
}

function headersOf(error: AppError, status: number): Record<string, string> {
  const { allow } = error.details;
  return {
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
    ...(error.retryAfterS === undefined ? {} : { 'retry-after': String(error.retryAfterS) }),
    ...(status === 401 ? { 'www-authenticate': 'Bearer realm="ark"' } : {}),
    ...(status === 405 && Array.isArray(allow) ? { allow: allow.join(', ') } : {}),
  };
}

/** Sends it, unless an answer has begun: then the connection is cut, so that nobody takes a part for the whole. */
export function sendProblem(response: ServerResponse, { status, headers, body }: Problem): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
