import type { IncomingMessage } from 'node:http';
import type { RequestHandler, Response } from 'express';
import { readBytes, refuseOtherMedia } from './body.ts';
import type { Problem } from './problem-response.ts';
import { noteRequest } from './request-context.ts';
import type { RevokedKeys } from './revoked-keys.ts';
import { signAnswer, verifySignature, type SignatureRules, type SignedMessage } from './signature.ts';

/** A callback whose signature was good. */
export interface ReceivedCallback extends SignedMessage {
  /** The very bytes that were signed; `parseJson` reads them. */
  readonly raw: Buffer;
}

export interface CallbackGateOptions extends Omit<SignatureRules, 'revokedIds'> {
  /** Asked at each message. */
  readonly revoked: Pick<RevokedKeys, 'ids'>;
  readonly limitBytes: number;
}

const STORE_FAULTS: ReadonlySet<string> = new Set(['store_unavailable', 'generation_changed']);

const received = new WeakMap<IncomingMessage, { callback: ReceivedCallback; clock: () => number }>();

/** Lets only signed callbacks through; `callbackOf` then gives the message. */
export function callbackGate({ limitBytes, revoked, ...rules }: CallbackGateOptions): RequestHandler {
  return async (request, _response, next) => {
    refuseOtherMedia(request);
    const raw = await readBytes(request, limitBytes);
    const revokedIds = await revoked.ids();
    const signed = verifySignature({ headers: request.headers, body: raw }, { ...rules, revokedIds });
    noteRequest({ webhookId: signed.webhookId, keyId: signed.key.id });
    received.set(request, { callback: { ...signed, raw }, clock: rules.clock });
    next();
  };
}

/** The verified message; undefined before the gate, and where it refused. */
export function findCallback(request: IncomingMessage): ReceivedCallback | undefined {
  return received.get(request)?.callback;
}

/** The verified message. Throws when the route has no gate, which is a mistake of ours. */
export function callbackOf(request: IncomingMessage): ReceivedCallback {
  const callback = findCallback(request);
  if (callback === undefined) throw new Error('this route has no callbackGate');
  return callback;
}

/** Sends a JSON text as the signed answer to the callback of this request. */
export function sendSigned(
  response: Response,
  answer: { readonly status: number; readonly body: string },
): void {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  response.writeHead(answer.status, { ...headers, ...signatureOf(response.req, answer) });
  response.end(answer.body);
}

/**
 * A problem, signed if the callback was: the job believes it and acts on it. Unsigned stay what it should just
 * repeat until its deadline: 401, an unforeseen failure, and a store that is away or not accepted yet.
 */
export function signProblem(request: IncomingMessage, problem: Problem, code: string): Problem {
  const isForRetry = [401, 500].includes(problem.status) || STORE_FAULTS.has(code);
  if (isForRetry) return problem;
  return { ...problem, headers: { ...problem.headers, ...signatureOf(request, problem) } };
}

function signatureOf(
  request: IncomingMessage,
  answer: { status: number; body: string },
): Record<string, string> {
  const entry = received.get(request);
  return entry === undefined ? {} : signAnswer(entry.callback, answer, entry.clock);
}
