import type { Request, Router } from 'express';
import { call, routerOf, type Call } from '../http/call.ts';
import { noteRequest } from '../http/request-context.ts';
import { AppError } from '../platform/errors.ts';
import type { BuildServer } from './build-server.ts';
import { isDeploymentId, type Deployment } from './deployment.ts';
import type { DeploymentStore } from './deployment-store.ts';
import { isInstanceId, type InstanceId } from './instance.ts';
import { ordererOf } from './instances-api.ts';
import { cancelBody, deploymentId, deploymentsQuery } from './order-schemas.ts';
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
export function createDeploymentsApi(options: DeploymentsApiOptions): Router {
  return routerOf([
    listDeployments(options),
    showDeployment(options),
    cancelDeployment(options),
    showLog(options),
  ]);
}

function listDeployments({ store, views }: DeploymentsApiOptions): Call {
  return call({
    method: 'get',
    path: '/api/deployments',
    right: 'deployments:read',
    summary: 'List deployments, the newest first',
    query: deploymentsQuery,
    answers: { 200: { description: 'A page of deployments' } },
    errors: ['instance_not_found'],
    handle: async ({ query: { instance_id, ...page }, response }) => {
      const found = await store.deployments(toPageQuery(page), instanceIdOf(instance_id));
      const items = await Promise.all(found.items.map((deployment) => views.deployment(deployment)));
      response.json(toPageAnswer('deployments', found, items));
    },
  });
}

function showDeployment({ store, views }: DeploymentsApiOptions): Call {
  return call({
    method: 'get',
    path: '/api/deployments/:id',
    right: 'deployments:read',
    summary: 'Show a deployment',
    params: { id: deploymentId },
    answers: { 200: { description: 'The deployment' } },
    errors: ['deployment_not_found'],
    handle: async ({ request, response }) => {
      response.json(await views.deployment(await findDeployment(store, request)));
    },
  });
}

function cancelDeployment({ orders, store, views }: DeploymentsApiOptions): Call {
  return call({
    method: 'post',
    path: '/api/deployments/:id/cancel',
    right: 'deployments:cancel',
    summary: 'Cancel a deployment',
    description: 'It counts as cancelled once its build has ended.',
    params: { id: deploymentId },
    body: cancelBody,
    answers: { 202: { description: 'The deployment, which is being cancelled' } },
    errors: ['deployment_not_found', 'already_live', 'already_removing', 'already_ended'],
    handle: async ({ body: { why }, request, response }) => {
      const { id } = await findDeployment(store, request);
      await orders.cancel(id, ordererOf(request), why);
      response.status(202).json(await views.deployment(await findDeployment(store, request)));
    },
  });
}

function showLog({ store, builds, signal }: DeploymentsApiOptions): Call {
  return call({
    method: 'get',
    path: '/api/deployments/:id/log',
    right: 'logs:read',
    summary: 'Read the log of the build',
    params: { id: deploymentId },
    answers: { 200: { description: 'The log; empty without a build', type: 'text/plain' } },
    errors: ['deployment_not_found', 'build_server_unavailable', 'build_server_refused'],
    handle: async ({ request, response }) => {
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
    },
  });
}

/** Throws `deployment_not_found`. */
export async function findDeployment(store: DeploymentStore, request: Request): Promise<Deployment> {
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
