import { noteServerTime } from './clock.ts';
import { Problem, readProblem } from './problem.ts';
import type { Accepted, DeploymentView, HostView, InstanceView, Order, ProductView, WhoIs } from './views.ts';

/** Every call of the pages to the API. Each throws a `Problem`, or what the signal was aborted with. */

const TIMEOUT_MS = 15_000;

/** Fires `ended` when any call is answered 401. */
export const sessionWatch = new EventTarget();

export interface Page {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface InstancePage {
  readonly total: number;
  readonly instances: readonly InstanceView[];
  readonly next_cursor?: string | null;
}

export interface DeploymentPage {
  readonly total: number;
  readonly deployments: readonly DeploymentView[];
  readonly next_cursor?: string | null;
}

export const readSession = (signal: AbortSignal) => get<WhoIs>('/api/session', signal);

export const signOut = () => send<unknown>('POST', '/api/session/sign-out');

export async function readProducts(signal: AbortSignal): Promise<readonly ProductView[]> {
  return (await get<{ products: readonly ProductView[] }>('/api/products', signal)).products;
}

export async function readHosts(signal: AbortSignal): Promise<readonly HostView[]> {
  return (await get<{ hosts: readonly HostView[] }>('/api/hosts', signal)).hosts;
}

/** `key` makes the order repeatable: the same key and order is answered with the same instance. */
export function orderInstance(order: Order, key: string): Promise<Accepted> {
  return send('POST', '/api/instances', { body: order, headers: { 'idempotency-key': key } });
}

export const readInstances = (page: Page, signal: AbortSignal) =>
  get<InstancePage>(`/api/instances?${toQuery({ ...page })}`, signal);

export const readInstance = (id: string, signal: AbortSignal) =>
  get<InstanceView>(`/api/instances/${encodeURIComponent(id)}`, signal);

export function deployAgain(instanceId: string, key: string): Promise<Accepted> {
  const path = `/api/instances/${encodeURIComponent(instanceId)}/deployments`;
  return send('POST', path, { body: {}, headers: { 'idempotency-key': key } });
}

export const removeInstance = (instanceId: string) =>
  send<unknown>('DELETE', `/api/instances/${encodeURIComponent(instanceId)}`);

export const readDeployments = (page: Page & { instance_id?: string | undefined }, signal: AbortSignal) =>
  get<DeploymentPage>(`/api/deployments?${toQuery({ ...page })}`, signal);

export const readDeployment = (id: string, signal: AbortSignal) =>
  get<DeploymentView>(`/api/deployments/${encodeURIComponent(id)}`, signal);

export const cancelDeployment = (id: string) =>
  send<unknown>('POST', `/api/deployments/${encodeURIComponent(id)}/cancel`);

export const logUrl = (deploymentId: string) => `/api/deployments/${encodeURIComponent(deploymentId)}/log`;

/** The stored log as text; empty when nothing is stored yet. */
export async function readLog(deploymentId: string, signal: AbortSignal): Promise<string> {
  const response = await call(logUrl(deploymentId), { signal, headers: { accept: 'text/plain' } });
  return response.text();
}

async function get<T>(path: string, signal: AbortSignal): Promise<T> {
  const response = await call(path, { signal, headers: { accept: 'application/json' } });
  return readBody<T>(response);
}

interface Sending {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

async function send<T>(method: string, path: string, { body, headers }: Sending = {}): Promise<T> {
  const content = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await call(path, {
    method,
    headers: { accept: 'application/json', ...content, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return readBody<T>(response);
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

function toQuery(fields: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) query.set(name, String(value));
  return query.toString();
}
