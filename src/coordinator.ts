import { join } from 'node:path';
import type { Router } from 'express';
import type { CoordinatorConfig } from './config/config.ts';
import { AnsweredCallbacks } from './deployments/answered-callbacks.ts';
import { createCallbacksApi } from './deployments/callbacks-api.ts';
import { createDeploymentsApi } from './deployments/deployments-api.ts';
import { createDeployments } from './deployments/deployments.ts';
import { createInstancesApi } from './deployments/instances-api.ts';
import { JenkinsBuildServer } from './deployments/jenkins/jenkins-build-server.ts';
import { createJobBook } from './deployments/job-book.ts';
import { RedisDeploymentStore } from './deployments/redis-deployment-store.ts';
import { ReleaseBox } from './deployments/release-box.ts';
import { Views } from './deployments/view-reader.ts';
import { createHostChooser } from './hosts/host-chooser.ts';
import { createHostsRouter } from './hosts/hosts-api.ts';
import { isHostId } from './hosts/host.ts';
import { RedisHostStore } from './hosts/redis-host-store.ts';
import { sshHostKeys } from './hosts/ssh-host-key.ts';
import { createApiServer } from './http/api-server.ts';
import { createHealthApi } from './http/health-api.ts';
import { RedisSessionStore } from './http/redis-session-store.ts';
import { createSessionApi } from './http/session-api.ts';
import { Sessions } from './http/sessions.ts';
import { CallbackKey } from './http/signature.ts';
import { FaultPoints } from './platform/faults.ts';
import type { Logger } from './platform/logger.ts';
import { checkRedisSettings, type Redis } from './platform/redis.ts';
import { connectStore, type ProcessBase } from './process-base.ts';
import { ProductCatalogue } from './products/product-catalogue.ts';
import { createProductsRouter } from './products/products-api.ts';
import { RedisProductSettings } from './products/redis-product-settings.ts';
import { GenerationWatch } from './routing/generation-watch.ts';
import { ProxyWatch } from './routing/proxy-watch.ts';
import { RedisRouteStore } from './routing/redis-route-store.ts';
import { probeTarget } from './routing/target-probe.ts';

const BUILT_IN_PRODUCTS = join(import.meta.dirname, '../ansible/products');

/** Puts the coordinator together and starts it. Returns its port. */
export async function startCoordinator(config: CoordinatorConfig, base: ProcessBase): Promise<number> {
  const { log, metrics, lifecycle } = base;
  const clock = Date.now;
  const { prefix } = config.redis;
  const redis = await connectStore(config, base, 'coordinator');
  await requireSettings(redis, log);
  const shared = { redis, prefix, clock };

  const hosts = new RedisHostStore(shared);
  const productSettings = new RedisProductSettings(shared);
  const catalogue = new ProductCatalogue({ dirs: [BUILT_IN_PRODUCTS, ...config.deployments.productsDirs] });
  for (const { folder, error } of await catalogue.load())
    log.warn('product left out', { reason: folder, error });

  const routes = new RedisRouteStore(shared);
  const generation = lifecycle.add(
    'generation',
    new GenerationWatch({ ...shared, store: routes, stateDir: config.stateDir, log }),
  );
  await generation.start();

  const { secret } = config.access;
  const store = new RedisDeploymentStore({
    ...shared,
    portQuarantineMs: config.deployments.portQuarantineMs,
    box: new ReleaseBox(secret),
  });
  const builds = lifecycle.add(
    'jenkins',
    new JenkinsBuildServer({
      baseUrl: config.jenkins.url,
      user: config.jenkins.user,
      token: config.jenkins.token,
      deadlineMs: config.jenkins.timeoutMs,
    }),
  );
  const faults = new FaultPoints(config.faults);
  const { orders, claims, callbacks, tracker } = createDeployments(
    {
      ...{ store, hosts, builds, secret, faults, log, metrics, clock },
      products: catalogue,
      chooseHost: createHostChooser({
        hosts,
        productSettings: (id) => productSettings.get(id),
        loadOf: (id) => store.load(id),
      }),
      jobs: createJobBook({ ...config.jenkins, productJobs: (id) => productSettings.get(id) }),
      proxies: new ProxyWatch(shared),
      probe: probeTarget,
      ourUser: config.jenkins.user,
      deadlineMs: config.deployments.deadlineMs,
      probeTimeoutMs: config.deployments.probeTotalMs,
      trackEveryMs: config.jenkins.pollMs,
      mayAct: () => generation.fault === undefined,
      linkTo: (id) => `${config.pagesUrl}/admin?log=${id}`,
    },
    lifecycle,
  );

  const sessions = new Sessions({
    ...config.access,
    store: new RedisSessionStore(redis, prefix),
    pagesUrl: config.pagesUrl,
    clock,
  });
  const { signal } = lifecycle;
  const views = new Views({ store, appsUrl: config.appsUrl });
  const server = lifecycle.add(
    'api',
    createApiServer({
      ...config.api,
      appsUrl: config.appsUrl,
      trustedProxies: config.trustedProxies,
      authentication: { adminToken: config.access.adminToken, sessions, pagesUrl: config.pagesUrl },
      ...{ log, metrics },
      callbacks: atRoot([
        createCallbacksApi({
          ...{ claims, callbacks, signal, faults, metrics },
          answered: new AnsweredCallbacks(shared),
          gate: {
            keys: config.access.callbackKeys.map((key) => new CallbackKey(key)),
            revokedIds: config.access.revokedCallbackKeyIds,
            limitBytes: config.api.callbackBodyLimitBytes,
            clock,
          },
        }),
      ]),
      routers: atRoot([
        createHealthApi({
          ...{ version: base.version, metrics, stopping: signal },
          dependencies: [
            { name: 'redis', check: async () => redis.ping().then(() => undefined) },
            { name: 'generation', check: async () => Promise.resolve(generation.fault) },
            { name: 'jenkins', check: async (limit) => builds.check(limit).then(() => undefined) },
          ],
        }),
        createSessionApi({ sessions, pagesUrl: config.pagesUrl }),
        createInstancesApi({ orders, store, views, signal, clock }),
        createDeploymentsApi({ orders, store, builds, views, signal }),
        createProductsRouter({
          catalogue,
          settings: productSettings,
          hostExists: async (id) => isHostId(id) && (await hosts.get(id)) !== undefined,
        }),
        createHostsRouter({
          hosts,
          keys: sshHostKeys,
          isInUse: (id) => store.isHostInUse(id),
          loadOf: (id) => store.load(id),
          defaultSlots: config.deployments.hostSlots,
          clock,
        }),
      ]),
    }),
  );
  const port = await server.listen();
  tracker.start();
  return port;
}

/** Our routers carry full paths. */
function atRoot(routers: readonly Router[]) {
  return routers.map((router) => ({ at: '/', router }));
}

async function requireSettings(redis: Redis, log: Logger): Promise<void> {
  for (const fault of await checkRedisSettings(redis))
    log.error('redis is set up wrongly', { reason: fault });
}
