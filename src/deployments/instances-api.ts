import { Router, type Request, type Response } from 'express';
import { actorOf, requireRight } from '../http/authentication.ts';
import { noteRequest } from '../http/request-context.ts';
import { invalidFields, validate } from '../http/validate.ts';
import { AppError } from '../platform/errors.ts';
import { pollUntil } from '../platform/polling.ts';
import type { DeploymentStore } from './deployment-store.ts';
import type { IdempotentCall } from './idempotency.ts';
import { isInstanceId, type Instance } from './instance.ts';
import { createBody, deleteQuery, deployBody, instancesQuery, waitQuery } from './order-schemas.ts';
import type { Orderer, Orders, Placed } from './orders.ts';
import { toPageAnswer, toPageQuery } from './paging.ts';
import { isTerminal } from './phases.ts';
import type { Views } from './view-reader.ts';

export interface InstancesApiOptions {
  readonly orders: Orders;
  readonly store: DeploymentStore;
  readonly views: Views;
  /** Aborted when the process stops. */
  readonly signal: AbortSignal;
  readonly clock: () => number;
}

const WAIT_EVERY_MS = 250;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,128}$/;

/** Orders and what became of them. */
export function createInstancesApi(options: InstancesApiOptions): Router {
  const { orders, store, views, clock } = options;
  const router = Router();

  router.post('/api/instances', requireRight('instances:create'), async (request, response) => {
    const { expires_in, ...order } = validate(createBody, request.body);
    const expires = expires_in === undefined ? {} : { expires_at: clock() + expires_in * 1_000 };
    const idempotent = idempotencyOf(request);
    const placed = await orders.create({ ...order, ...expires }, ordererOf(request), {
      visitor: request.ip ?? '',
      ...(idempotent && { idempotent }),
    });
    await sendPlaced(response, options, placed);
  });

  router.get('/api/instances', requireRight('instances:read'), async (request, response) => {
    const page = await store.instances(
      toPageQuery(validate(instancesQuery, request.query, { convert: true })),
    );
    const items = await Promise.all(page.items.map((instance) => views.instance(instance)));
    response.json(toPageAnswer('instances', page, items));
  });

  router.get('/api/instances/:id', requireRight('instances:read'), async (request, response) => {
    const { wait = 0 } = validate(waitQuery, request.query, { convert: true });
    const instance = await findInstance(store, request);
    if (wait > 0) await holdUntil(await changeOf(instance, options), wait, { ...options, response });
    response.json(await views.instance(await findInstance(store, request)));
  });

  router.post(
    '/api/instances/:id/deployments',
    requireRight('instances:deploy'),
    async (request, response) => {
      const order = validate(deployBody, request.body ?? {});
      const { id } = await findInstance(store, request);
      const placed = await orders.deployAgain(id, order, {
        ...ordererOf(request),
        idempotent: idempotencyOf(request),
      });
      await sendPlaced(response, options, placed);
    },
  );

  router.delete('/api/instances/:id', requireRight('instances:delete'), async (request, response) => {
    const { data, wait = 0 } = validate(deleteQuery, request.query, { convert: true });
    const instance = await findInstance(store, request);
    const placed = await orders.remove(instance.id, { keepData: data === 'keep' }, ordererOf(request));
    if (wait > 0) {
      const isOver = async (): Promise<boolean> => {
        const removal = await store.deployment(placed.deployment_id);
        return removal === undefined || isTerminal(removal.phase);
      };
      await holdUntil(isOver, wait, { ...options, response });
    }
    await sendPlaced(response, options, placed);
  });

  return router;
}

/** Whoever signed in by the link acts from the panel; a token is a program. */
export function ordererOf(request: Request): Orderer {
  const { kind, user, credential } = actorOf(request);
  return { user, credential, trigger: kind === 'session' ? 'panel' : 'api' };
}

/** Throws `instance_not_found`. */
async function findInstance(store: DeploymentStore, request: Request): Promise<Instance> {
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
  noteRequest({ instanceId: placed.instance_id, deploymentId: placed.deployment_id });
  const { status } = await views.instance(instance);
  const isOver = status === 'deleted' && placed.deployment_id === instance.last_deployment;
  response
    .status(isOver ? 200 : 202)
    .location(status_url)
    .json({ ...placed, access_url: views.accessUrl(instance), status, status_url });
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

/** Holds the answer back until the check holds, the time is over, or the caller hangs up. */
async function holdUntil(
  check: () => Promise<boolean>,
  seconds: number,
  { signal, response }: InstancesApiOptions & { readonly response: Response },
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  const ended = AbortSignal.any([signal, gone.signal]);
  const poll = async (): Promise<true | undefined> => ((await check()) ? true : undefined);
  await pollUntil(poll, { everyMs: WAIT_EVERY_MS, timeoutMs: seconds * 1_000, signal: ended }).catch(
    (error: unknown) => {
      if (!ended.aborted) throw error;
    },
  );
}

function idempotencyOf(request: Request): IdempotentCall | undefined {
  const key = request.get('idempotency-key');
  if (key === undefined) return undefined;
  if (!IDEMPOTENCY_KEY.test(key)) {
    throw invalidFields([{ field: 'Idempotency-Key', message: 'must be 1 to 128 visible ASCII characters' }]);
  }
  return { key, body: { path: request.path, body: request.body as unknown } };
}
