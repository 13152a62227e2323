import type { Router } from 'express';
import type { CoordinatorConfig } from './config/config.ts';
import type { Parts } from './coordinator-parts.ts';
import { AnsweredCallbacks } from './deployments/answered-callbacks.ts';
import { createCallbacksApi } from './deployments/callbacks-api.ts';
import { createDeploymentsApi } from './deployments/deployments-api.ts';
import type { Deployments } from './deployments/deployments.ts';
import { createHistoryApi } from './deployments/history-api.ts';
import { createInstancesApi } from './deployments/instances-api.ts';
import type { Streams } from './deployments/streams.ts';
import { Views } from './deployments/view-reader.ts';
import { createHostsApi } from './hosts/hosts-api.ts';
import { isHostId } from './hosts/host.ts';
import { createActsApi } from './http/acts-api.ts';
import { createDocumentApi } from './http/document-api.ts';
import { createHealthApi } from './http/health-api.ts';
import { createSessionApi } from './http/session-api.ts';
import { CallbackKey } from './http/signature.ts';
import type { FaultPoints } from './platform/faults.ts';
import { wireOperations } from './operations.ts';
import type { ProcessBase } from './process-base.ts';
import { createProductsApi } from './products/products-api.ts';

/** What the calls are made of. */
export type ApiParts = Parts & Deployments & { readonly faults: FaultPoints; readonly streams: Streams };

/** Every call that the coordinator answers, and the description of all. */
export function wireApi(
  config: CoordinatorConfig,
  base: ProcessBase,
  parts: ApiParts,
): { readonly callbacks: readonly Router[]; readonly routers: readonly Router[] } {
  const callbacks = [wireCallbacks(config, base, parts)];
  const routers = wireRouters(config, base, parts);
  const document = createDocumentApi({ routers: [...routers, ...callbacks], version: base.version });
  return { callbacks, routers: [...routers, document] };
}

function wireCallbacks(
  { access, api }: CoordinatorConfig,
  { log, metrics, lifecycle }: ProcessBase,
  { shared, history, revokedKeys, claims, callbacks, faults }: ApiParts,
): Router {
  return createCallbacksApi({
    claims,
    callbacks,
    history,
    faults,
    log,
    metrics,
    signal: lifecycle.signal,
    answered: new AnsweredCallbacks(shared),
    gate: {
      keys: access.callbackKeys.map((key) => new CallbackKey(key)),
      revoked: revokedKeys,
      limitBytes: api.callbackBodyLimitBytes,
      clock: shared.clock,
    },
  });
}

function wireRouters(config: CoordinatorConfig, base: ProcessBase, parts: ApiParts): Router[] {
  const { redis, store, hosts, builds, catalogue, productSettings, generation, sessions } = parts;
  const { acts, history, orders, streams, hostKeys } = parts;
  const { clock } = parts.shared;
  const { metrics, lifecycle, version } = base;
  const { signal } = lifecycle;
  const views = new Views({ store, appsUrl: config.appsUrl });
  const dependencies = [
    { name: 'redis', check: async () => redis.ping().then(() => undefined) },
    { name: 'generation', check: async () => Promise.resolve(generation.fault) },
    { name: 'jenkins', check: async (limit: AbortSignal) => builds.check(limit).then(() => undefined) },
  ];
  const productsApi = createProductsApi({
    catalogue,
    settings: productSettings,
    hostExists: async (id) => isHostId(id) && (await hosts.get(id)) !== undefined,
  });
  const hostsApi = createHostsApi({
    hosts,
    clock,
    keys: hostKeys,
    defaultSlots: config.deployments.hostSlots,
    isInUse: (id) => store.isHostInUse(id),
    loadOf: (id) => store.load(id),
  });
  return [
    createHealthApi({ version, metrics, dependencies, clock, stopping: signal }),
    createSessionApi({ sessions, acts, log: base.log, pagesUrl: config.pagesUrl }),
    createInstancesApi({ orders, store, views, signal, clock }),
    createDeploymentsApi({ orders, store, views }),
    ...streams.routers,
    createHistoryApi({ store, hosts, history, views }),
    createActsApi({ acts }),
    productsApi,
    hostsApi,
    ...wireOperations(config, base, { ...parts, views, dependencies }),
  ];
}
