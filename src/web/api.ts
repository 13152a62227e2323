import { get, send } from './call.ts';
import type { Accepted, HostView, InstanceView, Order, ProductView, WhoIs } from './views.ts';

/** The calls that landing and console share. */

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

export const readInstance = (id: string, signal: AbortSignal) =>
  get<InstanceView>(`/api/instances/${encodeURIComponent(id)}`, signal);

/** `key` as with `orderInstance`; `why` as the history shows it. */
export function deployAgain(instanceId: string, key: string, why?: string): Promise<Accepted> {
  const path = `/api/instances/${encodeURIComponent(instanceId)}/deployments`;
  return send('POST', path, { body: { why }, headers: { 'idempotency-key': key } });
}

export const cancelDeployment = (id: string, why?: string) =>
  send<unknown>('POST', `/api/deployments/${encodeURIComponent(id)}/cancel`, { body: { why } });
