import { wireApi, type ApiParts } from '../coordinator-api.ts';
import type { CoordinatorConfig } from '../config/config.ts';
import { createEventsApi } from '../deployments/events/events-api.ts';
import { createLogsApi } from '../deployments/logs/logs-api.ts';
import { callsOf, type CallFacts } from '../http/call.ts';
import type { ProcessBase } from '../process-base.ts';

/**
 * Every call of the coordinator as it is declared, without a coordinator: declaring a call uses none of the parts
 * that answer it, so stand-ins do.
 */
export function declaredCalls(): readonly CallFacts[] {
  const config = standIn<CoordinatorConfig>({
    access: standIn<CoordinatorConfig['access']>({ callbackKeys: [], revokedCallbackKeyIds: [] }),
    deployments: standIn<CoordinatorConfig['deployments']>({ hostSlots: 2 }),
    pagesUrl: 'http://127.0.0.1:3000',
    appsUrl: 'http://127.0.0.1:3001',
  });
  const base = standIn<ProcessBase>({ version: '' });
  const streams = standIn<ApiParts['streams']>({
    routers: [createLogsApi(standIn({})), createEventsApi(standIn({}))],
  });
  const { callbacks, routers } = wireApi(
    config,
    base,
    standIn<ApiParts>({ streams, shared: standIn<ApiParts['shared']>({}) }),
  );
  return [...routers, ...callbacks].flatMap(callsOf);
}

/** Has what is known, and a stand-in for everything else; none of them can be called. */
function standIn<T extends object>(known: Partial<T>): T {
  return new Proxy(known, {
    get: (target, name): unknown => Reflect.get(target, name) ?? standIn({}),
  }) as T;
}
