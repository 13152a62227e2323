import type { ServerResponse } from 'node:http';
import { toAppError, type AppError, type ErrorCode } from '../platform/errors.ts';
import { ERROR_CATALOGUE } from './error-catalogue.ts';

export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** RFC 9457, as JSON text. */
  readonly body: string;
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

export interface ProblemFields {
  readonly code: ErrorCode;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string;
  /** Members of this code; they never replace the standard ones. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** The body of every problem, of the API and of the proxy. */
export function problemBody({ code, status, title, detail, requestId, more }: ProblemFields): string {
  const type = `urn:ark-deploy:problem:${code}`;
  const hint = ERROR_CATALOGUE[code].action;
  return JSON.stringify({ ...more, type, title, status, code, detail, hint, request_id: requestId });
}

/** An error as `application/problem+json`; what we did not foresee says only `internal` and the request id. */
export function toProblem(thrown: unknown, requestId: string): Problem {
  const error = toAppError(thrown);
  const { code, message: detail, details: more } = error;
  const { status, title } = ERROR_CATALOGUE[code];
  const body = problemBody({ code, status, title, detail, requestId, more });
  return { status, headers: headersOf(error, status), body };
}

function headersOf(error: AppError, status: number): Record<string, string> {
  const { allow } = error.details;
  return {
    'content-type': PROBLEM_TYPE,
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
