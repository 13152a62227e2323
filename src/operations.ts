import type { Router } from 'express';
import type { CoordinatorConfig } from './config/config.ts';
import type { Parts } from './coordinator-parts.ts';
import { createBreakGlassApi } from './deployments/break-glass-api.ts';
import { BreakGlass } from './deployments/break-glass.ts';
import { RedisBreakGlassStore } from './deployments/redis-break-glass-store.ts';
import {
  examineCallbackKeys,
  examineFreeze,
  examineHosts,
  examineJenkins,
  examineProxies,
  examineRedis,
  examineSshKey,
} from './deployments/examinations.ts';
import { createSystemApi } from './deployments/system-api.ts';
import type { Views } from './deployments/view-reader.ts';
import { createCordonApi } from './hosts/cordon-api.ts';
import { HostRegistrar } from './hosts/host-registrar.ts';
import type { HostId } from './hosts/host.ts';
import { createCallbackKeysApi } from './http/callback-keys-api.ts';
import type { Dependency } from './http/health-api.ts';
import { createCheckupApi } from './http/checkup-api.ts';
import type { Examination } from './http/checkup.ts';
import { examineAddresses } from './http/public-addresses.ts';
import { CallbackKey } from './http/signature.ts';
import { unmetRequirements } from './platform/redis-requirements.ts';
import { withStore } from './platform/redis.ts';
import type { ProcessBase } from './process-base.ts';
import { ProxyWatch } from './routing/proxy-watch.ts';

/** Puts together what operators have for the day when the normal way is blocked. */
export function wireOperations(
  config: CoordinatorConfig,
  { log, lifecycle, version }: ProcessBase,
  parts: Parts & { readonly views: Views; readonly dependencies: readonly Dependency[] },
): Router[] {
  const { shared, store, hosts, containers, builds, generation, revokedKeys, views, dependencies } = parts;
  const { portQuarantineMs } = config.deployments;
  const { clock } = shared;
  const breakGlassStore = new RedisBreakGlassStore({ ...shared, portQuarantineMs });
  const breakGlass = new BreakGlass({
    store,
    breakGlassStore,
    hosts,
    builds,
    log,
    clock,
    containers,
    mayAct: () => generation.fault === undefined,
  });
  const keys = config.access.callbackKeys.map((key) => new CallbackKey(key));
  return [
    createBreakGlassApi({ breakGlass, store, views, signal: lifecycle.signal }),
    createSystemApi({ breakGlassStore, generation, dependencies, version, clock }),
    createCordonApi({ hosts }),
    createCallbackKeysApi({ keys, revoked: revokedKeys, clock }),
    createCheckupApi(examinationsOf(config, { ...parts, breakGlassStore })),
  ];
}

/** The parts of the chain in the order of a deployment's way. */
function examinationsOf(
  config: CoordinatorConfig,
  parts: Parts & { readonly breakGlassStore: RedisBreakGlassStore },
): Examination[] {
  const { redis, shared, store, hosts, hostKeys: keys, builds, generation, breakGlassStore } = parts;
  const { clock } = shared;
  const isInUse = async (id: HostId): Promise<boolean> => store.isHostInUse(id);
  const registrar = new HostRegistrar({ hosts, keys, isInUse, clock });
  const time = async (): Promise<number> => {
    const [seconds, microseconds] = await withStore('time', () => redis.time());
    return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
  };
  return [
    ...examineRedis({ time, unmet: () => unmetRequirements(redis), fault: () => generation.fault, clock }),
    examineFreeze(breakGlassStore),
    examineCallbackKeys(
      config.access.callbackKeys.map((key) => new CallbackKey(key).id),
      () => parts.revokedKeys.ids(),
    ),
    ...examineJenkins(builds, { user: config.jenkins.user, jobs: () => jobsOf(config, parts) }),
    examineProxies(new ProxyWatch(shared), async () => (await generation.position()).revision),
    ...examineAddresses(config),
    examineHosts(
      () => hosts.list(),
      ({ id }, signal) => registrar.check(id, signal),
    ),
    examineSshKey(config.deployments.sshKey !== undefined),
  ];
}

/** Of the configuration, and of products that name their own. */
async function jobsOf(
  { jenkins: { deployJob, destroyJob } }: CoordinatorConfig,
  { catalogue, productSettings }: Parts,
): Promise<readonly string[]> {
  const settings = await Promise.all(catalogue.list().map(({ id }) => productSettings.get(id)));
  const own = settings.flatMap(({ deploy_jobs: deploy = {}, destroy_job: destroy }) => [
    ...Object.values(deploy),
    ...(destroy === undefined ? [] : [destroy]),
  ]);
  return [...new Set([deployJob, destroyJob, ...own])];
}
