import type { Router } from 'express';
import type { CoordinatorConfig } from './config/config.ts';
import type { Parts } from './coordinator-parts.ts';
import { createBreakGlassApi } from './deployments/break-glass-api.ts';
import { BreakGlass } from './deployments/break-glass.ts';
import { RedisBreakGlassStore } from './deployments/redis-break-glass-store.ts';
import { createSystemApi } from './deployments/system-api.ts';
import type { Views } from './deployments/view-reader.ts';
import { createCordonApi } from './hosts/cordon-api.ts';
import { sshContainers } from './hosts/ssh-containers.ts';
import { createCallbackKeysApi } from './http/callback-keys-api.ts';
import type { Dependency } from './http/health-api.ts';
import { CallbackKey } from './http/signature.ts';
import type { ProcessBase } from './process-base.ts';

const clock = Date.now;

/** Puts together what operators have for the day when the normal way is blocked. */
export function wireOperations(
  config: CoordinatorConfig,
  { log, lifecycle, version }: ProcessBase,
  parts: Parts & { readonly views: Views; readonly dependencies: readonly Dependency[] },
): Router[] {
  const { shared, store, hosts, builds, generation, revokedKeys, views, dependencies } = parts;
  const { sshKey, portQuarantineMs } = config.deployments;
  const breakGlassStore = new RedisBreakGlassStore({ ...shared, portQuarantineMs });
  const breakGlass = new BreakGlass({
    store,
    breakGlassStore,
    hosts,
    builds,
    log,
    clock,
    containers: sshContainers(sshKey),
    mayAct: () => generation.fault === undefined,
  });
  const keys = config.access.callbackKeys.map((key) => new CallbackKey(key));
  return [
    createBreakGlassApi({ breakGlass, store, views, signal: lifecycle.signal }),
    createSystemApi({ breakGlassStore, generation, dependencies, version, clock }),
    createCordonApi({ hosts }),
    createCallbackKeysApi({ keys, revoked: revokedKeys, clock }),
  ];
}
