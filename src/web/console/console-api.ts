import { get, readText, send, toQuery } from '../call.ts';
import type {
  ActView,
  CallbackView,
  DeploymentView,
  HostCheck,
  HostView,
  InstanceView,
  KeyView,
  ProductView,
  HostQueue,
  SystemView,
} from '../views.ts';

/** The calls of the console: lists, and the acts of operators with the reason they give. */

export interface Listed<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly next_cursor?: string | null | undefined;
}

export type Filters = Readonly<Record<string, string | number | undefined>>;
export type List<T> = (filters: Filters, signal: AbortSignal) => Promise<Listed<T>>;

/** A list of the API: `{<plural>: […], total, next_cursor?}` under `path`. */
function listOf<T>(plural: string, path = `/api/${plural}`): List<T> {
  return async (filters, signal) => {
    const query = toQuery(filters);
    const answer = await get<Record<string, unknown>>(query === '' ? path : `${path}?${query}`, signal);
    const items = answer[plural] as readonly T[];
    const { total, next_cursor } = answer as unknown as Listed<T>;
    return { items, total, next_cursor };
  };
}

const at = (collection: string, id: string, rest = '') =>
  `/api/${collection}/${encodeURIComponent(id)}${rest}`;

export const listInstances = listOf<InstanceView>('instances');
export const listDeployments = listOf<DeploymentView>('deployments');
export const listProducts = listOf<ProductView>('products');
export const listHosts = listOf<HostView>('hosts');
export const listCallbacks = listOf<CallbackView>('callbacks');
export const listActs = listOf<ActView>('acts');
export const listKeys = listOf<KeyView>('callback_keys', '/api/callback-keys');

export const listCallbacksOf = (deploymentId: string): List<CallbackView> =>
  listOf('callbacks', at('deployments', deploymentId, '/callbacks'));

export const readDeployment = (id: string, signal: AbortSignal) =>
  get<DeploymentView>(at('deployments', id), signal);
export const readHost = (id: string, signal: AbortSignal) => get<HostView>(at('hosts', id), signal);
export const readQueue = (hostId: string, signal: AbortSignal) =>
  get<HostQueue>(at('hosts', hostId, '/queue'), signal);
export const readSystem = (signal: AbortSignal) => get<SystemView>('/api/system', signal);

export const logUrl = (deploymentId: string) => at('deployments', deploymentId, '/log');
/** The stored log as text; empty when nothing is stored yet. */
export const readLog = (deploymentId: string, signal: AbortSignal) => readText(logUrl(deploymentId), signal);

export const checkHost = (id: string) => send<HostCheck>('POST', at('hosts', id, '/check'));

const post = (path: string, body: object) => send<unknown>('POST', path, { body });

export const removeInstance = (id: string, why: string | undefined) =>
  send<unknown>('DELETE', `${at('instances', id)}${why === undefined ? '' : `?${toQuery({ why })}`}`);
export const forceFail = (deploymentId: string, why: string | undefined) =>
  post(at('deployments', deploymentId, '/force-fail'), { why });
export const withdrawRoute = (instanceId: string, why: string | undefined) =>
  post(at('instances', instanceId, '/withdraw-route'), { why });
export const setRoute = (instanceId: string, why: string | undefined, containerId: string) =>
  post(at('instances', instanceId, '/set-route'), { why, container_id: containerId });
export const cordon = (hostId: string, why: string | undefined) =>
  post(at('hosts', hostId, '/cordon'), { why });
export const uncordon = (hostId: string, why: string | undefined) =>
  post(at('hosts', hostId, '/uncordon'), { why });
export const freeze = (why: string | undefined) => post('/api/system/freeze', { why });
export const unfreeze = (why: string | undefined) => post('/api/system/unfreeze', { why });
export const acceptGeneration = (generation: string | null, why: string | undefined) =>
  post('/api/system/accept-generation', { why, generation });
export const revokeKey = (keyId: string, why: string | undefined) =>
  post(at('callback-keys', keyId, '/revoke'), { why });
/** Null takes a setting back. */
export interface ProductChange {
  readonly enabled: boolean;
  readonly default_host: string | null;
  readonly deploy_jobs: Readonly<Record<string, string>> | null;
  readonly destroy_job: string | null;
  readonly why?: string | undefined;
}

export const changeProduct = (id: string, change: ProductChange) =>
  send<unknown>('PATCH', at('products', id), { body: change });
