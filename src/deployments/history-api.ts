import type { Router } from 'express';
import Joi from 'joi';
import { hostId } from '../hosts/host-schemas.ts';
import { isHostId, type HostStore } from '../hosts/host.ts';
import { pageOf } from '../http/answer-schemas.ts';
import { call, routerOf, type Call } from '../http/call.ts';
import { entryCursor } from '../http/entry-cursor.ts';
import { AppError } from '../platform/errors.ts';
import type { CallbackHistory, CallbackVerdict } from './callback-history.ts';
import type { DeploymentStore } from './deployment-store.ts';
import { findDeployment } from './deployments-api.ts';
import { callbackView, queueView } from './history-schemas.ts';
import { queueOf } from './host-queue.ts';
import { deploymentId } from './order-schemas.ts';
import type { Views } from './view-reader.ts';

export interface HistoryApiOptions {
  readonly store: DeploymentStore;
  readonly hosts: HostStore;
  readonly history: CallbackHistory;
  readonly views: Views;
}

interface HistoryQuery {
  readonly cursor?: string;
  readonly limit: number;
}

const page = {
  cursor: entryCursor,
  limit: Joi.number().integer().min(1).max(200).default(50),
};

const historyQuery = Joi.object<HistoryQuery, true>(page);
const callbacksQuery = Joi.object<HistoryQuery & { readonly verdict?: CallbackVerdict }, true>({
  ...page,
  verdict: Joi.string().valid('accepted', 'refused'),
});

/** What callbacks came, with their verdicts, and who works and waits on a host. */
export function createHistoryApi(options: HistoryApiOptions): Router {
  return routerOf([listCallbacks(options), listCallbacksOf(options), showQueue(options)]);
}

function listCallbacks({ history }: HistoryApiOptions): Call {
  return call({
    method: 'get',
    path: '/api/callbacks',
    right: 'logs:read',
    summary: 'List the callbacks of jobs, the newest first',
    description:
      'Kept for 30 days. Unsigned and forged ones of one sender and hour are one entry, of which nothing is kept but ' +
      'the kind and the address.',
    query: callbacksQuery,
    answers: {
      200: {
        description: 'A page of callbacks with their verdicts',
        schema: pageOf('callbacks', callbackView),
      },
    },
    handle: async ({ query: { verdict, ...query }, response }) => {
      response.json(toAnswer(await history.page({ ...(verdict && { verdict }) }, query)));
    },
  });
}

function listCallbacksOf({ store, history }: HistoryApiOptions): Call {
  return call({
    method: 'get',
    path: '/api/deployments/:id/callbacks',
    right: 'deployments:read',
    summary: 'List the callbacks of a deployment, the newest first',
    params: { id: deploymentId },
    query: historyQuery,
    answers: {
      200: {
        description: 'A page of callbacks with their verdicts',
        schema: pageOf('callbacks', callbackView),
      },
    },
    errors: ['deployment_not_found'],
    handle: async ({ query, request, response }) => {
      const { id } = await findDeployment(store, request);
      response.json(toAnswer(await history.page({ deployment: id }, query)));
    },
  });
}

function showQueue({ store, hosts, views }: HistoryApiOptions): Call {
  return call({
    method: 'get',
    path: '/api/hosts/:id/queue',
    right: 'hosts:read',
    summary: 'Show who works and who waits on a host',
    params: { id: hostId },
    answers: {
      200: { description: 'Active deployments, and those in line in order of arrival', schema: queueView },
    },
    errors: ['host_not_found'],
    handle: async ({ request, response }) => {
      const id = String(request.params['id']);
      if (!isHostId(id) || (await hosts.get(id)) === undefined) {
        throw new AppError('host_not_found', 'There is no such host');
      }
      response.json(await queueOf(id, { store, views }));
    },
  });
}

function toAnswer({ items, total, next }: Awaited<ReturnType<CallbackHistory['page']>>) {
  return { callbacks: items, total, ...(next !== undefined && { next_cursor: next }) };
}
