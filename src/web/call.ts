import { noteServerTime } from './clock.ts';
import { Problem, readProblem } from './problem.ts';

/** How the pages call the API. Each call throws a `Problem`, or what the signal was aborted with. */

const TIMEOUT_MS = 15_000;

/** Fires `ended` when any call is answered 401. */
export const sessionWatch = new EventTarget();

export async function get<T>(path: string, signal: AbortSignal): Promise<T> {
  const response = await call(path, { signal, headers: { accept: 'application/json' } });
  return readBody<T>(response);
}

export interface Sending {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function send<T>(method: string, path: string, { body, headers }: Sending = {}): Promise<T> {
  const content = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await call(path, {
    method,
    headers: { accept: 'application/json', ...content, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return readBody<T>(response);
}

export async function readText(path: string, signal: AbortSignal): Promise<string> {
  const response = await call(path, { signal, headers: { accept: 'text/plain' } });
  return response.text();
}

async function call(path: string, init: RequestInit): Promise<Response> {
  const response = await fetchInTime(path, init);
  noteServerTime(response.headers.get('date'));
  if (response.ok) return response;
  if (response.status === 401) sessionWatch.dispatchEvent(new Event('ended'));
  throw await readProblem(response);
}

async function fetchInTime(path: string, init: RequestInit): Promise<Response> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  try {
    return await fetch(path, { ...init, signal, cache: 'no-store', credentials: 'same-origin' });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new Problem({ kind: 'unreachable' });
  }
}

/** The one place where an answer becomes a view: the API's contract tests vouch for its shape. */
async function readBody<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch {
    throw new Problem({ kind: 'unreachable', status: response.status });
  }
}

/** The fields that have a value, as the query of an address. */
export function toQuery(fields: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) query.set(name, String(value));
  return query.toString();
}
