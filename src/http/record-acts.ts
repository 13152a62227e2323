import type { RequestHandler, Router } from 'express';
import type { LogFields, Logger } from '../platform/logger.ts';
import type { Act, Acts } from './acts.ts';
import { findActor, type Actor } from './authentication.ts';
import { CLI_AGENT } from './cli-agent.ts';
import { currentRequestId, notesOfRequest } from './request-context.ts';
import { patternFor } from './route-methods.ts';

export interface RecordActsOptions {
  readonly acts: Pick<Acts, 'record'>;
  readonly routers: readonly Router[];
  readonly log: Logger;
}

/**
 * Records every changing call that has an actor and an address of ours. The intent is written before the call goes
 * on: what cannot be recorded is not done (`store_unavailable`). The outcome follows when the answer is out.
 */
export function recordActs({ acts, routers, log }: RecordActsOptions): RequestHandler {
  return async (request, response, next) => {
    const actor = findActor(request);
    const pattern = isChange(request.method) ? patternFor(routers, request) : undefined;
    if (actor === undefined || pattern === undefined) {
      next();
      return;
    }
    const intent: Act = {
      by: actor.user,
      via: viaOf(actor, request.get('user-agent')),
      act: actNameOf(request.method, pattern),
      ...idsOf(pattern, request.path),
      why: whyOf(request.body) ?? whyOf(request.query) ?? '',
      request_id: currentRequestId() ?? '',
      outcome: null,
    };
    const id = await acts.record(intent);
    const notes = notesOfRequest();
    response.once('close', () => {
      const { errorCode, ...noted } = notes();
      const outcome = errorCode ?? (response.writableFinished ? 'ok' : null);
      acts.record({ ...intent, ...idsIn(noted), outcome }, id).catch((error: unknown) => {
        log.warn('outcome of an act not recorded', { requestId: intent.request_id, error });
      });
    });
    next();
  };
}

function isChange(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method);
}

function viaOf({ kind }: Actor, agent: string | undefined): Act['via'] {
  return kind === 'token' && agent === CLI_AGENT ? 'cli' : kind;
}

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'set',
  PATCH: 'edit',
  DELETE: 'delete',
};

/**
 * `POST /api/instances` is `instances.create`, `DELETE /api/hosts/:id` `hosts.delete`, and an address that ends in a
 * verb says it itself: `POST /api/deployments/:id/cancel` is `deployments.cancel`. Things stand in the plural. Pure.
 */
export function actNameOf(method: string, pattern: string): string {
  const words = pattern.split('/').filter((word) => word !== '' && word !== 'api' && !word.startsWith(':'));
  const isVerb = method === 'POST' && !(words.at(-1) ?? '').endsWith('s');
  return (isVerb ? words : [...words, VERBS[method] ?? method.toLowerCase()]).join('.');
}

const ID = /^[A-Za-z0-9_-]{1,63}$/;

type Ids = Pick<Act, 'instance_id' | 'deployment_id' | 'host_id' | 'product_id' | 'key_id'>;

const ID_AFTER: Readonly<Record<string, keyof Ids>> = {
  instances: 'instance_id',
  deployments: 'deployment_id',
  hosts: 'host_id',
  products: 'product_id',
  'callback-keys': 'key_id',
};

/** The ids that the address names. */
function idsOf(pattern: string, path: string): Ids {
  const values = path.split('/');
  const found = pattern.split('/').flatMap((word, at, words) => {
    const name = word.startsWith(':') ? ID_AFTER[words[at - 1] ?? ''] : undefined;
    const value = values[at] ?? '';
    return name !== undefined && ID.test(value) ? [[name, value] as const] : [];
  });
  return Object.fromEntries(found);
}

/** The ids that the call itself noted: an order learns its instance on the way. */
function idsIn({ instanceId, deploymentId, hostId, productId }: LogFields): Ids {
  return {
    ...(instanceId !== undefined && { instance_id: instanceId }),
    ...(deploymentId !== undefined && { deployment_id: deploymentId }),
    ...(hostId !== undefined && { host_id: hostId }),
    ...(productId !== undefined && { product_id: productId }),
  };
}

const LONGEST_WHY = 200;

/** As given, before anybody has judged it: one line, cut. */
function whyOf(from: unknown): string | undefined {
  const why = typeof from === 'object' && from !== null && 'why' in from ? from.why : undefined;
  if (typeof why !== 'string') return undefined;
  return why
    .replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_WHY);
}
