import type { ErrorRequestHandler, Request } from 'express';
import { parseJson } from '../http/body.ts';
import { callbackOf, findCallback } from '../http/callback-gate.ts';
import { toAppError } from '../platform/errors.ts';
import { InjectedFault } from '../platform/faults.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { CallbackHistory, Signed } from './callback-history.ts';

/** What the history keeps of a callback that passed the gate. */
export function signedOf(request: Request, kind: string, message: unknown): Signed {
  const { webhookId, key } = callbackOf(request);
  return { kind, webhookId, keyId: key.id, message };
}

export interface RefusalsOptions {
  readonly history: Pick<CallbackHistory, 'refused' | 'unsigned'>;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Counts and keeps every refusal of a call, also those of the gate; the error itself goes on. */
export function noteRefusals(kind: string, { history, metrics, log }: RefusalsOptions): ErrorRequestHandler {
  // Express tells error handlers by their four parameters.
  // eslint-disable-next-line max-params
  return async (thrown: unknown, request, _response, next) => {
    if (!(thrown instanceof InjectedFault)) {
      const { code, message: detail } = toAppError(thrown);
      metrics.callback(kind, code);
      await noteRefusal(request, { kind, code, detail }, history).catch((error: unknown) => {
        log.warn('refusal of a callback not recorded', { errorCode: code, error });
      });
    }
    next(thrown);
  };
}

async function noteRefusal(
  request: Request,
  { kind, ...refusal }: { readonly kind: string; readonly code: string; readonly detail: string },
  history: RefusalsOptions['history'],
): Promise<void> {
  const signed = findCallback(request);
  if (signed === undefined) return history.unsigned(kind, refusal, request.ip ?? '');
  return history.refused(signedOf(request, kind, readLoosely(signed.raw)), refusal);
}

/** What was refused may be no JSON at all. */
function readLoosely(raw: Buffer): unknown {
  try {
    return parseJson(raw);
  } catch {
    return undefined;
  }
}
