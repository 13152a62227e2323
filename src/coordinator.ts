import { ConfigError, type CoordinatorConfig } from './config/config.ts';
import { wireApi } from './coordinator-api.ts';
import { openParts, type Parts } from './coordinator-parts.ts';
import { createDeployments, type Deployments } from './deployments/deployments.ts';
import { createJobBook } from './deployments/job-book.ts';
import { createStreams, type Streams } from './deployments/streams.ts';
import { createHostChooser } from './hosts/host-chooser.ts';
import { createApiServer } from './http/api-server.ts';
import { FaultPoints } from './platform/faults.ts';
import type { Logger } from './platform/logger.ts';
import { Secret } from './platform/secret.ts';
import { unmetRequirements } from './platform/redis-requirements.ts';
import type { Redis } from './platform/redis.ts';
import { connectStore, openFeed, type ProcessBase } from './process-base.ts';
import { ProxyWatch } from './routing/proxy-watch.ts';
import { probeTarget } from './routing/target-probe.ts';

const clock = Date.now;

/** Puts the coordinator together and starts it. Returns its port. */
export async function startCoordinator(config: CoordinatorConfig, base: ProcessBase): Promise<number> {
  const redis = await connectStore(config, base, 'coordinator');
  await judgeStore(redis, config, base.log);
  const parts = await openParts(config, base, redis);
  const faults = new FaultPoints(config.faults);
  const deployments = wireDeployments(config, base, { ...parts, faults });
  const streams = wireStreams(config, base, parts);
  const server = base.lifecycle.add(
    'api',
    createApiServer({
      ...config.api,
      appsUrl: config.appsUrl,
      trustedProxies: config.trustedProxies,
      log: base.log,
      metrics: base.metrics,
      acts: parts.acts,
      authentication: { ...config.access, sessions: parts.sessions, pagesUrl: config.pagesUrl },
      ...wireApi(config, base, { ...parts, ...deployments, faults, streams }),
    }),
  );
  const port = await server.listen();
  deployments.tracker.start();
  streams.start();
  return port;
}

/** A Redis that can lose what it was told is good enough for a laptop. Throws ConfigError in production. */
async function judgeStore(redis: Redis, { production }: CoordinatorConfig, log: Logger): Promise<void> {
  const faults = await unmetRequirements(redis);
  if (production && faults.length > 0) throw new ConfigError(faults);
  for (const reason of faults) log.warn('redis is set up wrongly', { reason });
}

function wireDeployments(
  config: CoordinatorConfig,
  base: ProcessBase,
  parts: Parts & { readonly faults: FaultPoints },
): Deployments {
  const { store, hosts, builds, catalogue, productSettings, generation, shared, faults } = parts;
  const options = {
    store,
    hosts,
    builds,
    faults,
    clock,
    products: catalogue,
    probe: probeTarget,
    log: base.log,
    metrics: base.metrics,
    secret: config.access.secret,
    chooseHost: createHostChooser({
      hosts,
      productSettings: (id) => productSettings.get(id),
      loadOf: (id) => store.load(id),
    }),
    jobs: createJobBook({ ...config.jenkins, productJobs: (id) => productSettings.get(id) }),
    proxies: new ProxyWatch(shared),
    ourUser: config.jenkins.user,
    deadlineMs: config.deployments.deadlineMs,
    probeTimeoutMs: config.deployments.probeTotalMs,
    trackEveryMs: config.jenkins.pollMs,
    mayAct: () => generation.fault === undefined,
    linkTo: (id: string) => `${config.pagesUrl}/admin/deployments/${id}`,
  };
  return createDeployments(options, base.lifecycle);
}

function wireStreams(
  config: CoordinatorConfig,
  base: ProcessBase,
  { shared, store, builds }: Parts,
): Streams {
  const { access, jenkins, deployments, redis } = config;
  const storePassword = new Secret(decodeURIComponent(new URL(redis.url.reveal()).password));
  const options = {
    ...{ ...shared, store, builds, log: base.log, secret: access.secret },
    secrets: [access.adminToken, ...access.callbackKeys, jenkins.token, storePassword],
    budgetBytes: deployments.buildLogsBytes,
    blocking: openFeed(config, base, 'events'),
  };
  return createStreams(options, base.lifecycle);
}
