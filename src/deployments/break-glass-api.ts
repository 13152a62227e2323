import type { Router } from 'express';
import Joi from 'joi';
import { actorOf } from '../http/authentication.ts';
import { call, routerOf, type Call } from '../http/call.ts';
import { why, whyBody, WHY_EXAMPLE, type Why } from '../http/why.ts';
import type { Route } from '../routing/route.ts';
import type { BreakGlass } from './break-glass.ts';
import type { DeploymentStore } from './deployment-store.ts';
import { findDeployment } from './deployments-api.ts';
import { findInstance } from './instances-api.ts';
import { deploymentId, instanceId } from './order-schemas.ts';
import { forceFailedView, routeView } from './operation-schemas.ts';
import type { Views } from './view-reader.ts';

export interface BreakGlassApiOptions {
  readonly breakGlass: BreakGlass;
  readonly store: DeploymentStore;
  readonly views: Views;
  /** Aborted when the process stops. */
  readonly signal: AbortSignal;
}

interface WithdrawBody extends Why {
  readonly endpoint?: string;
}
interface SetBody extends WithdrawBody {
  readonly container_id: string;
}

const endpoint = Joi.string()
  .pattern(/^[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?$/, 'name of an endpoint')
  .description('Name of an endpoint of the product; the primary one when left out');
const withdrawBody = Joi.object<WithdrawBody, true>({ why, endpoint });
const setBody = Joi.object<SetBody, true>({
  why,
  endpoint,
  container_id: Joi.string()
    .pattern(/^[0-9a-f]{12,64}$/, 'container id (12 to 64 hexadecimal digits)')
    .required(),
});

/** What an administrator does to one deployment or one link when the normal way is blocked. */
export function createBreakGlassApi(options: BreakGlassApiOptions): Router {
  return routerOf([forceFail(options), withdrawRoute(options), setRoute(options)]);
}

function forceFail({ breakGlass, store, views }: BreakGlassApiOptions): Call {
  return call({
    method: 'post',
    path: '/api/deployments/:id/force-fail',
    act: 'deployments.force-fail',
    right: 'system:operate',
    summary: 'End a deployment by force, without waiting for Jenkins',
    description:
      'Nothing of it goes live any more, its lease is void, instance and host are free for the next.',
    params: { id: deploymentId },
    body: whyBody,
    example: WHY_EXAMPLE,
    answers: {
      200: { description: 'The deployment, which has ended', schema: forceFailedView },
    },
    errors: ['deployment_not_found', 'conflict', 'already_ended', 'generation_changed'],
    handle: async ({ body: { why: words }, request, response }) => {
      const deployment = await findDeployment(store, request);
      const by = actorOf(request).user;
      const { jenkinsTold } = await breakGlass.forceFail(deployment, { by, why: words });
      const view = await views.deployment(await findDeployment(store, request));
      response.json({ ...view, jenkins_told: jenkinsTold });
    },
  });
}

function withdrawRoute({ breakGlass, store }: BreakGlassApiOptions): Call {
  return call({
    method: 'post',
    path: '/api/instances/:id/withdraw-route',
    act: 'instances.withdraw-route',
    right: 'system:operate',
    summary: 'Take a link away; the instance stays',
    description: 'Its next deployment brings the link back, and so does a route that is set.',
    params: { id: instanceId },
    body: withdrawBody,
    example: { why: 'It shows the data of another client' },
    answers: { 200: { description: 'The withdrawn route', schema: routeView } },
    errors: ['instance_not_found', 'conflict', 'generation_changed'],
    handle: async ({ body: { why: words, endpoint: name }, request, response }) => {
      const instance = await findInstance(store, request);
      const route = await breakGlass.withdrawRoute(instance, name, { by: actorOf(request).user, why: words });
      response.json({ instance_id: instance.id, endpoint: name ?? null, ...toRouteView(route) });
    },
  });
}

function setRoute({ breakGlass, store, signal }: BreakGlassApiOptions): Call {
  return call({
    method: 'post',
    path: '/api/instances/:id/set-route',
    act: 'instances.set-route',
    right: 'system:operate',
    summary: 'Lead a link to a running container of its instance',
    description:
      'The host is asked over SSH first: the container must run, carry the labels of this instance and of a release ' +
      'of it, and publish the port of the endpoint on the address of the host, within its range.',
    params: { id: instanceId },
    body: setBody,
    example: { why: 'The old release still runs', container_id: '4f1c0e5f2b8c' },
    answers: { 200: { description: 'The route, which is live', schema: routeView } },
    errors: [
      ...(['instance_not_found', 'host_not_found', 'conflict', 'target_not_proven'] as const),
      ...(['host_unreachable', 'host_key_mismatch', 'generation_changed'] as const),
    ],
    handle: async ({ body: { why: words, endpoint: name, container_id }, request, response }) => {
      const instance = await findInstance(store, request);
      const because = { by: actorOf(request).user, why: words, signal };
      const route = await breakGlass.setRoute(
        instance,
        { containerId: container_id, endpoint: name },
        because,
      );
      response.json({ instance_id: instance.id, endpoint: name ?? null, ...toRouteView(route) });
    },
  });
}

function toRouteView(route: Route): Record<string, unknown> {
  return {
    state: route.state,
    target_host: route.target_host ?? null,
    target_port: route.target_port ?? null,
    container_id: route.container_id ?? null,
    seq: route.seq,
    revision: route.revision,
    reason: route.reason ?? null,
  };
}
