import type { Request, Router } from 'express';
import { pageOf } from '../http/answer-schemas.ts';
import { call, routerOf, type Call } from '../http/call.ts';
import { noteRequest } from '../http/request-context.ts';
import { AppError } from '../platform/errors.ts';
import { isDeploymentId, type Deployment } from './deployment.ts';
import type { DeploymentStore } from './deployment-store.ts';
import { ordererOf } from './instances-api.ts';
import { cancelBody, deploymentId, deploymentsQuery } from './order-schemas.ts';
import type { Orders } from './orders.ts';
import { toPageAnswer, parsePageQuery } from './paging.ts';
import { isTerminal } from './phases.ts';
import { deploymentFor } from './shown-log.ts';
import type { Views } from './view-reader.ts';
import { deploymentView } from './view-schemas.ts';

export interface DeploymentsApiOptions {
  readonly orders: Orders;
  readonly store: DeploymentStore;
  readonly views: Views;
}

/** History and cancel. */
export function createDeploymentsApi(options: DeploymentsApiOptions): Router {
  return routerOf([listDeployments(options), showDeployment(options), cancelDeployment(options)]);
}

function listDeployments({ store, views }: DeploymentsApiOptions): Call {
  return call({
    method: 'get',
    path: '/api/deployments',
    right: 'deployments:read',
    summary: 'List deployments, the newest first',
    description: 'A filter that nothing fits, also an id that does not exist, gives an empty page.',
    query: deploymentsQuery,
    answers: { 200: { description: 'A page of deployments', schema: pageOf('deployments', deploymentView) } },
    handle: async ({ query: { limit, cursor, ...filter }, request, response }) => {
      const found = await store.deployments(parsePageQuery({ limit, cursor }), filter);
      // What ended holds its lock a little longer.
      const shown = filter.open ? found.items.filter(({ phase }) => !isTerminal(phase)) : found.items;
      const all = (await views.deployments(shown)).map((view) => deploymentFor(request, view));
      response.json(toPageAnswer('deployments', found, all));
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
    answers: { 200: { description: 'The deployment', schema: deploymentView } },
    errors: ['deployment_not_found'],
    handle: async ({ request, response }) => {
      response.json(deploymentFor(request, await views.deployment(await findDeployment(store, request))));
    },
  });
}

function cancelDeployment({ orders, store, views }: DeploymentsApiOptions): Call {
  return call({
    method: 'post',
    path: '/api/deployments/:id/cancel',
    act: 'deployments.cancel',
    right: 'deployments:cancel',
    summary: 'Cancel a deployment',
    description: 'It counts as cancelled once its build has ended.',
    params: { id: deploymentId },
    body: cancelBody,
    answers: { 202: { description: 'The deployment, which is being cancelled', schema: deploymentView } },
    errors: ['deployment_not_found', 'already_live', 'already_removing', 'already_ended'],
    handle: async ({ body: { why }, request, response }) => {
      const { id } = await findDeployment(store, request);
      await orders.cancel(id, ordererOf(request), why);
      response.status(202).json(await views.deployment(await findDeployment(store, request)));
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
