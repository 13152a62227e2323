import type { Request, Response, Router } from 'express';
import { pageOf } from '../http/answer-schemas.ts';
import { actorOf } from '../http/authentication.ts';
import { call, routerOf, type Call, type CallAnswer } from '../http/call.ts';
import { IDEMPOTENT, idempotencyOf } from '../http/idempotency-key.ts';
import { holdUntil } from '../http/long-poll.ts';
import { noteRequest } from '../http/request-context.ts';
import { AppError, type ErrorCode } from '../platform/errors.ts';
import type { DeploymentStore } from './deployment-store.ts';
import { isInstanceId, type Instance } from './instance.ts';
import {
  createBody,
  deleteQuery,
  deployBody,
  instanceId,
  instancesQuery,
  waitQuery,
} from './order-schemas.ts';
import type { Orderer, Orders, Placed } from './orders.ts';
import { toPageAnswer, parsePageQuery } from './paging.ts';
import { isTerminal } from './phases.ts';
import { instanceFor } from './shown-log.ts';
import type { Views } from './view-reader.ts';
import { instanceView, placedView } from './view-schemas.ts';

export interface InstancesApiOptions {
  readonly orders: Orders;
  readonly store: DeploymentStore;
  readonly views: Views;
  /** Aborted when the process stops. */
  readonly signal: AbortSignal;
  readonly clock: () => number;
}

const PLACED: CallAnswer = {
  description: 'The order is stored',
  schema: placedView,
  headers: { Location: 'Where to read what becomes of it' },
};
/** What stands in the way of any order. */
const ORDERING: readonly ErrorCode[] = [
  'product_not_found',
  'product_invalid',
  'conflict',
  'idempotency_key_reused',
];

/** Orders and what became of them. */
export function createInstancesApi(options: InstancesApiOptions): Router {
  return routerOf([
    createInstance(options),
    listInstances(options),
    showInstance(options),
    deployAgain(options),
    deleteInstance(options),
  ]);
}

function createInstance(options: InstancesApiOptions): Call {
  return call({
    method: 'post',
    path: '/api/instances',
    act: 'instances.create',
    right: 'instances:create',
    summary: 'Order a new instance',
    description:
      'Without a host the default of the product is taken, else the host of the client, else the visitor, else the only or least loaded one.',
    headers: IDEMPOTENT,
    body: createBody,
    answers: { 202: PLACED },
    errors: [...ORDERING, 'host_not_found', 'host_required'],
    handle: async ({ body: { expires_in, ...order }, request, response }) => {
      const expires = expires_in === undefined ? {} : { expires_at: options.clock() + expires_in * 1_000 };
      const idempotent = idempotencyOf(request);
      const placed = await options.orders.create({ ...order, ...expires }, ordererOf(request), {
        visitor: request.ip ?? '',
        ...(idempotent && { idempotent }),
      });
      await sendPlaced(response, options, placed);
    },
  });
}

function listInstances({ store, views }: InstancesApiOptions): Call {
  return call({
    method: 'get',
    path: '/api/instances',
    right: 'instances:read',
    summary: 'List instances, the newest first',
    query: instancesQuery,
    answers: { 200: { description: 'A page of instances', schema: pageOf('instances', instanceView) } },
    handle: async ({ query, request, response }) => {
      const { limit, cursor, ...filter } = query;
      const page = await store.instances(parsePageQuery({ limit, cursor }), filter);
      const all = (await views.instances(page.items)).map((view) => instanceFor(request, view));
      response.json(toPageAnswer('instances', page, all));
    },
  });
}

function showInstance(options: InstancesApiOptions): Call {
  const { store, views } = options;
  return call({
    method: 'get',
    path: '/api/instances/:id',
    right: 'instances:read',
    summary: 'Show an instance, now or once it changes',
    params: { id: instanceId },
    query: waitQuery,
    answers: { 200: { description: 'The instance', schema: instanceView } },
    errors: ['instance_not_found'],
    handle: async ({ query: { wait = 0 }, request, response }) => {
      const instance = await findInstance(store, request);
      if (wait > 0)
        await holdUntil(await changeOf(instance, options), { ...options, seconds: wait, response });
      response.json(instanceFor(request, await views.instance(await findInstance(store, request))));
    },
  });
}

function deployAgain(options: InstancesApiOptions): Call {
  return call({
    method: 'post',
    path: '/api/instances/:id/deployments',
    act: 'instances.deployments.create',
    right: 'instances:deploy',
    summary: 'Deploy an instance again',
    description: 'What is not named stays as it is. A waiting deployment of the instance is replaced.',
    params: { id: instanceId },
    headers: IDEMPOTENT,
    body: deployBody,
    answers: { 202: PLACED },
    errors: [...ORDERING, 'instance_not_found', 'instance_deleted'],
    handle: async ({ body, request, response }) => {
      const { id } = await findInstance(options.store, request);
      const placed = await options.orders.deployAgain(id, body, {
        ...ordererOf(request),
        idempotent: idempotencyOf(request),
      });
      await sendPlaced(response, options, placed);
    },
  });
}

function deleteInstance(options: InstancesApiOptions): Call {
  const { orders, store } = options;
  return call({
    method: 'delete',
    path: '/api/instances/:id',
    act: 'instances.delete',
    right: 'instances:delete',
    summary: 'Remove an instance',
    description: 'Cancels what is active; the link stops working once the removal begins. Repeatable.',
    params: { id: instanceId },
    query: deleteQuery,
    answers: { 202: PLACED, 200: { ...PLACED, description: 'It is removed' } },
    errors: ['instance_not_found', 'instance_deleted', 'conflict'],
    handle: async ({ query: { data, wait = 0, ...reason }, request, response }) => {
      const { id } = await findInstance(store, request);
      const placed = await orders.remove(id, { keepData: data === 'keep', ...reason }, ordererOf(request));
      if (wait > 0) await holdUntil(endOf(placed, store), { ...options, seconds: wait, response });
      await sendPlaced(response, options, placed);
    },
  });
}

function endOf({ deployment_id }: Placed, store: DeploymentStore): () => Promise<boolean> {
  return async () => {
    const removal = await store.deployment(deployment_id);
    return removal === undefined || isTerminal(removal.phase);
  };
}

/** Whoever signed in by the link acts from the panel; a token is a program. */
export function ordererOf(request: Request): Orderer {
  const { kind, user, credential } = actorOf(request);
  return { user, credential, trigger: kind === 'session' ? 'panel' : 'api' };
}

/** Throws `instance_not_found`. */
export async function findInstance(store: DeploymentStore, request: Request): Promise<Instance> {
  const id = String(request.params['id']);
  const instance = isInstanceId(id) ? await store.instance(id) : undefined;
  if (!instance) throw new AppError('instance_not_found', 'There is no such instance');
  noteRequest({ instanceId: instance.id });
  return instance;
}

/** 202, or 200 for a removal that is over. */
async function sendPlaced(
  response: Response,
  { store, views }: InstancesApiOptions,
  placed: Placed,
): Promise<void> {
  const instance = await store.instance(placed.instance_id);
  if (!instance) throw new AppError('instance_not_found', 'There is no such instance');
  const status_url = `/api/instances/${placed.instance_id}`;
  const { product_id: productId, host_id: hostId } = instance;
  noteRequest({ instanceId: placed.instance_id, deploymentId: placed.deployment_id, productId, hostId });
  const view = await views.instance(instance);
  const { status, active, waiting, last_deployment } = view;
  const ordered = [waiting, active, last_deployment].find(
    (one) => one?.deployment_id === placed.deployment_id,
  );
  const isOver = status === 'deleted' && placed.deployment_id === instance.last_deployment;
  response
    .status(isOver ? 200 : 202)
    .location(status_url)
    .json({
      ...placed,
      ...{ access_url: view.access_url, status, status_url },
      // at once, so that nobody has to ask: its place in line, and who holds it up
      pending: ordered?.pending ?? null,
    });
}

/** Remembers status and phase as they are; the check says whether they are others now. */
async function changeOf(
  instance: Instance,
  { store, views }: InstancesApiOptions,
): Promise<() => Promise<boolean>> {
  const before = await views.instance(instance);
  return async () => {
    const now = await store.instance(instance.id);
    const view = now && (await views.instance(now));
    return view?.status !== before.status || view.phase !== before.phase;
  };
}
