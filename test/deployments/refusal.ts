import { expect } from '@jest/globals';
import type { Express } from 'express';
import request, { type Test } from 'supertest';
import type { Bench } from './bench.ts';
import { dump } from './dump.ts';
import { TOKEN, type HttpBench } from './http-bench.ts';

export type CallArguments = [
  method: 'get' | 'post' | 'delete' | 'put' | 'patch',
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
];

/** A call as an administrator; a string is a body byte for byte. */
export function callOn(app: Express, ...[method, path, body, headers = {}]: CallArguments): Test {
  const call = request(app)[method](path).set('authorization', `Bearer ${TOKEN}`).set(headers);
  if (body === undefined) return call;
  return call.set({ 'content-type': 'application/json', ...headers }).send(body as object);
}

/** An order that waits for its build, so that nothing moves by itself. */
export async function anOrder(bench: Bench) {
  const placed = await bench.order();
  await bench.core.tracker.round();
  return placed;
}

export interface Problem {
  readonly code: string;
  readonly request_id: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

/** Whatever was sent: the documented code, one line in the log with the request id, and nothing changed. */
export async function expectRefusal(
  { bench, http }: { readonly bench: Bench; readonly http: HttpBench },
  made: Test,
  { status, code }: { readonly status: number; readonly code: string },
): Promise<Problem> {
  const before = await dump(bench.redis, bench.prefix);
  http.lines();

  const answer = await made;

  const problem = answer.body as Problem;
  expect([answer.status, problem.code]).toEqual([status, code]);
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(problem.request_id).toBe(answer.headers['x-request-id']);
  const isItsLine = ({ message, requestId }: Readonly<Record<string, unknown>>) =>
    message === 'request' && requestId === problem.request_id;
  expect(http.lines().filter(isItsLine)).toMatchObject([{ statusCode: status, errorCode: code }]);
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
  return problem;
}
