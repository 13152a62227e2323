import { join } from 'node:path';
import type { CoordinatorConfig } from './config/config.ts';
import { CallbackHistory } from './deployments/callback-history.ts';
import { JenkinsBuildServer } from './deployments/jenkins/jenkins-build-server.ts';
import { RedisDeploymentStore } from './deployments/redis-deployment-store.ts';
import { ReleaseBox } from './deployments/release-box.ts';
import type { ContainerInspector } from './hosts/container-inspector.ts';
import type { HostKeySource } from './hosts/host-key-source.ts';
import { RedisHostStore } from './hosts/redis-host-store.ts';
import { sshContainers } from './hosts/ssh-containers.ts';
import { sshHostKeys } from './hosts/ssh-host-key.ts';
import { Acts } from './http/acts.ts';
import { RedisSessionStore } from './http/redis-session-store.ts';
import { RevokedKeys } from './http/revoked-keys.ts';
import { Sessions } from './http/sessions.ts';
import type { Redis } from './platform/redis.ts';
import type { ProcessBase } from './process-base.ts';
import { ProductCatalogue } from './products/product-catalogue.ts';
import { RedisProductSettings } from './products/redis-product-settings.ts';
import { GenerationWatch } from './routing/generation-watch.ts';
import { RedisRouteStore } from './routing/redis-route-store.ts';

const BUILT_IN_PRODUCTS = join(import.meta.dirname, '../ansible/products');

/** What has state or a connection; everything else is made of these. */
export interface Parts {
  readonly redis: Redis;
  readonly shared: { readonly redis: Redis; readonly prefix: string; readonly clock: () => number };
  readonly hosts: RedisHostStore;
  readonly hostKeys: HostKeySource;
  readonly containers: ContainerInspector;
  readonly productSettings: RedisProductSettings;
  readonly catalogue: ProductCatalogue;
  readonly generation: GenerationWatch;
  readonly store: RedisDeploymentStore;
  readonly builds: JenkinsBuildServer;
  readonly sessions: Sessions;
  readonly acts: Acts;
  readonly history: CallbackHistory;
  readonly revokedKeys: RevokedKeys;
}

/** Opens what the coordinator needs before it can serve; all of it is known to the lifecycle. */
export async function openParts(config: CoordinatorConfig, base: ProcessBase, redis: Redis): Promise<Parts> {
  const { log, lifecycle } = base;
  const { stateDir, pagesUrl, access, jenkins, deployments } = config;
  const shared = { redis, prefix: config.redis.prefix, clock: Date.now };
  const catalogue = new ProductCatalogue({ dirs: [BUILT_IN_PRODUCTS, ...deployments.productsDirs] });
  for (const { folder, error } of await catalogue.load()) {
    log.warn('product left out', { folder, error });
  }
  const routes = new RedisRouteStore(shared);
  const generation = new GenerationWatch({ ...shared, store: routes, stateDir, log });
  await lifecycle.add('generation', generation).start();
  const store = new RedisDeploymentStore({ ...shared, ...deployments, box: new ReleaseBox(access.secret) });
  return {
    redis,
    shared,
    store,
    acts: new Acts(shared),
    history: new CallbackHistory({ ...shared, store }),
    hosts: new RedisHostStore(shared),
    hostKeys: sshHostKeys,
    containers: sshContainers(deployments.sshKey),
    productSettings: new RedisProductSettings(shared),
    catalogue,
    generation,
    builds: lifecycle.add('jenkins', new JenkinsBuildServer({ ...jenkins, metrics: base.metrics })),
    revokedKeys: new RevokedKeys({ ...shared, configured: access.revokedCallbackKeyIds }),
    sessions: new Sessions({
      ...access,
      pagesUrl,
      clock: shared.clock,
      store: new RedisSessionStore(redis, shared.prefix),
    }),
  };
}
