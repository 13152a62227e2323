import type { RequestHandler, Router } from 'express';
import type Joi from 'joi';
import { parseJson } from '../http/body.ts';
import { routerOf, type Call } from '../http/call.ts';
import { callbackGate, callbackOf, sendSigned, type CallbackGateOptions } from '../http/callback-gate.ts';
import { noteRequest } from '../http/request-context.ts';
import { validate } from '../http/validate.ts';
import type { FaultPoints } from '../platform/faults.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { AnsweredCallbacks } from './answered-callbacks.ts';
import { CALLBACKS } from './callback-facts.ts';
import type { CallbackHistory } from './callback-history.ts';
import { noteRefusals, signedOf } from './callback-refusals.ts';
import { claimSchema, failedSchema, progressSchema, readySchema, removedSchema } from './callback-schemas.ts';
import type { Callbacks } from './callbacks.ts';
import type { Claims } from './claims.ts';

export interface CallbacksApiOptions {
  readonly claims: Claims;
  readonly callbacks: Callbacks;
  readonly answered: AnsweredCallbacks;
  readonly history: CallbackHistory;
  readonly gate: CallbackGateOptions;
  /** Aborted when the process stops: a job that waits is told nothing and asks again. */
  readonly signal: AbortSignal;
  readonly faults: FaultPoints;
  readonly log: Logger;
  readonly metrics: Metrics;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

const OK: Answer = { status: 200, body: {} };
/** Not final: the same message is asked again until it is. */
const UNDECIDED = 202;
/** Its answer holds the secret inputs of a release, so it is made anew for each repetition and never stored. */
const UNSTORED = 'claim';

/** The signed messages of jobs: verified, read, answered once, signed back. */
export function createCallbacksApi(options: CallbacksApiOptions): Router {
  const { claims, callbacks, signal } = options;
  const gate = callbackGate(options.gate);
  const on = <T>(kind: Kind, schema: Joi.ObjectSchema<T>, act: (message: T) => Promise<Answer>): Call => ({
    ...CALLBACKS[kind],
    method: 'post',
    path: `/api/callbacks/${kind}`,
    right: 'signature',
    body: schema,
    handlers: [gate, answerOnce({ ...options, kind, schema, act }), noteRefusals(kind, options)],
  });
  const ready = on('ready', readySchema, (message) => callbacks.ready(message));
  return routerOf([
    on('claim', claimSchema, async (message) => ({ status: 200, body: await claims.claim(message, signal) })),
    on('progress', progressSchema, async (message) => callbacks.progress(message).then(() => OK)),
    ready,
    // the name that the first design gave to ready
    { ...ready, path: '/api/instances/register', summary: 'The old name of ready' },
    on('retired', removedSchema, async (message) => callbacks.retired(message).then(() => OK)),
    on('removed', removedSchema, async (message) => callbacks.removed(message).then(() => OK)),
    on('failed', failedSchema, async (message) => ({ status: 200, body: await callbacks.failed(message) })),
  ]);
}

type Kind = keyof typeof CALLBACKS;

interface OneKind<T> extends CallbacksApiOptions {
  readonly kind: Kind;
  readonly schema: Joi.ObjectSchema<T>;
  readonly act: (message: T) => Promise<Answer>;
}

function answerOnce<T>({ kind, schema, act, ...options }: OneKind<T>): RequestHandler {
  const { answered, history, faults, metrics } = options;
  return async (request, response) => {
    const { webhookId, raw } = callbackOf(request);
    const before = await answered.begin(webhookId, raw);
    if (before) {
      await history.accepted(signedOf(request, kind, parseJson(raw)));
      metrics.callback(kind, 'repeated');
      sendSigned(response, before);
      return;
    }
    const message = validate(schema, parseJson(raw));
    noteDeployment(message);
    const { status, body } = await act(message);
    const answer = { status, body: JSON.stringify(body) };
    const isStored = status !== UNDECIDED && kind !== UNSTORED;
    await Promise.all([
      isStored ? answered.remember(webhookId, raw, answer) : undefined,
      // the answer of a claim names the deployment that an operator's build became
      history.accepted(signedOf(request, kind, { ...message, ...(kind === UNSTORED && body) })),
    ]);
    metrics.callback(kind, 'ok');
    await faults.reach(`answer.${kind}`);
    sendSigned(response, answer);
  };
}

function noteDeployment(message: unknown): void {
  if (typeof message !== 'object' || message === null) return;
  if ('deployment_id' in message && typeof message.deployment_id === 'string') {
    noteRequest({ deploymentId: message.deployment_id });
  }
}
