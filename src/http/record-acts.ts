import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler } from 'express';
import { toAppError } from '../platform/errors.ts';
import type { LogFields, Logger } from '../platform/logger.ts';
import type { Act, Acts } from './acts.ts';
import { actorOf, type Actor } from './authentication.ts';
import { CLI_AGENT } from './cli-agent.ts';
import { currentRequestId, requestNotes } from './request-context.ts';

export interface ActsRecord {
  readonly acts: Pick<Acts, 'record'>;
  readonly log: Logger;
}

/** Where the acts of a request go: calls are declared before there is a server with a record. */
const records = new WeakMap<IncomingMessage, ActsRecord>();

/** Gives every request the record that its act goes into. */
export function keepActsIn(record: ActsRecord): RequestHandler {
  return (request, _response, next) => {
    records.set(request, record);
    next();
  };
}

/**
 * Does the work of a call and records it as an act. The intent is written before: what cannot be recorded is not done
 * (`store_unavailable`). The outcome follows when the work has ended, whether or not somebody still waits for it. To be
 * called once the right was checked, so that nobody fills the record with what they may not do.
 */
export async function doAsAct(
  { act, path }: { readonly act: string; readonly path: string },
  request: Request,
  work: () => Promise<void>,
): Promise<void> {
  const record = records.get(request);
  if (record === undefined) throw new Error('this server keeps no record of acts');
  const intent = intentOf({ act, path }, request);
  const id = await record.acts.record(intent);
  const end = (outcome: string): void => {
    record.acts.record({ ...intent, ...idsIn(requestNotes()), outcome }, id).catch((error: unknown) => {
      record.log.warn('outcome of an act not recorded', { requestId: intent.request_id, error });
    });
  };
  try {
    await work();
  } catch (error) {
    end(toAppError(error).code);
    throw error;
  }
  end('ok');
}

function intentOf({ act, path }: { readonly act: string; readonly path: string }, request: Request): Act {
  const actor = actorOf(request);
  return {
    ...{ by: actor.user, via: viaOf(actor, request.get('user-agent')), act },
    ...idsOf(path, request.params),
    why: whyOf(request.body) ?? whyOf(request.query) ?? '',
    request_id: currentRequestId() ?? '',
    outcome: null,
  };
}

function viaOf({ kind }: Actor, agent: string | undefined): Act['via'] {
  return kind === 'token' && agent === CLI_AGENT ? 'cli' : kind;
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
function idsOf(path: string, params: Readonly<Record<string, unknown>>): Ids {
  const named = [...path.matchAll(/([a-z-]+)\/:(\w+)/g)].flatMap(([, things = '', param = '']) => {
    const name = ID_AFTER[things];
    const value = params[param];
    return name !== undefined && typeof value === 'string' && ID.test(value) ? [[name, value] as const] : [];
  });
  return Object.fromEntries(named);
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
