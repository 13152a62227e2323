import { Router, type Request } from 'express';
import { requireRight } from '../http/authentication.ts';
import { noteRequest } from '../http/request-context.ts';
import { validate } from '../http/validate.ts';
import { AppError } from '../platform/errors.ts';
import type { BuildServer } from './build-server.ts';
import { isDeploymentId, type Deployment } from './deployment.ts';
import type { DeploymentStore } from './deployment-store.ts';
import { isInstanceId, type InstanceId } from './instance.ts';
import { ordererOf } from './instances-api.ts';
import { cancelBody, deploymentsQuery } from './order-schemas.ts';
import type { Orders } from './orders.ts';
import { toPageAnswer, toPageQuery } from './paging.ts';
import type { Views } from './view-reader.ts';

export interface DeploymentsApiOptions {
  readonly orders: Orders;
  readonly store: DeploymentStore;
  readonly builds: BuildServer;
  readonly views: Views;
  readonly signal: AbortSignal;
}

const LOG_LIMIT_BYTES = 2 * 1_024 * 1_024;

/** History, logs and cancel. */
export function createDeploymentsApi({
  orders,
  store,
  builds,
  views,
  signal,
}: DeploymentsApiOptions): Router {
  const router = Router();

  router.get('/api/deployments', requireRight('deployments:read'), async (request, response) => {
    const { instance_id, ...page } = validate(deploymentsQuery, request.query, { convert: true });
    const found = await store.deployments(toPageQuery(page), instanceIdOf(instance_id));
    const items = await Promise.all(found.items.map((deployment) => views.deployment(deployment)));
    response.json(toPageAnswer('deployments', found, items));
  });

  router.get('/api/deployments/:id', requireRight('deployments:read'), async (request, response) => {
    response.json(await views.deployment(await findDeployment(store, request)));
  });

  router.post(
    '/api/deployments/:id/cancel',
    requireRight('deployments:cancel'),
    async (request, response) => {
      const { why } = validate(cancelBody, request.body ?? {});
      const { id } = await findDeployment(store, request);
      await orders.cancel(id, ordererOf(request), why);
      response.status(202).json(await views.deployment(await findDeployment(store, request)));
    },
  );

  router.get('/api/deployments/:id/log', requireRight('logs:read'), async (request, response) => {
    const { job, build } = await findDeployment(store, request);
    const ref = build && { job, number: build.number };
    const shown = ref && (await builds.readBuild(ref, signal));
    // Another build may have the number after Jenkins lost its home: its log is nobody's business here.
    const isSame = ref && shown?.timestamp === build.timestamp;
    const log = isSame ? await builds.fetchLog(ref, LOG_LIMIT_BYTES, signal) : '';
    response
      .type('text/plain; charset=utf-8')
      .set('x-content-type-options', 'nosniff')
      .send(log ?? '');
  });

  return router;
}

/** Throws `deployment_not_found`. */
async function findDeployment(store: DeploymentStore, request: Request): Promise<Deployment> {
  const id = String(request.params['id']);
  const deployment = isDeploymentId(id) ? await store.deployment(id) : undefined;
  if (!deployment) throw new AppError('deployment_not_found', 'There is no such deployment');
  noteRequest({ deploymentId: deployment.id, instanceId: deployment.instance_id });
  return deployment;
}

function instanceIdOf(text: string | undefined): InstanceId | undefined {
  if (text === undefined) return undefined;
  if (!isInstanceId(text)) throw new AppError('instance_not_found', 'There is no such instance');
  return text;
}
