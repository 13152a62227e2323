import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError } from '../platform/errors.ts';
import type { Exchange } from './exchange.ts';
import { toHeaderObject, toPairs, valuesOf } from './header-pairs.ts';
import type { EngineLimits } from './proxy-engine.ts';
import { isEventStream, responseHeaders } from './response-headers.ts';

/** Looked up in lower case by the forwarding library, so they are written that way. */
export const LOWER_CASE = new Set([
  'connection',
  'content-length',
  'transfer-encoding',
  'expect',
  'upgrade',
  'host',
]);
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PROPFIND', 'REPORT', 'SEARCH']);

/** One try to carry an exchange to its target: watches its limits, and turns its failure into our codes. */
export class Forwarding {
  readonly exchange: Exchange;
  readonly client: ServerResponse | Duplex;
  #outgoing: ClientRequest | undefined;
  #failure: Error | undefined;
  #answered = false;
  #isEndless = false;
  #bytes = 0;
  #movedAt = Date.now();
  #sentAt: number | undefined;

  constructor(exchange: Exchange, client: ServerResponse | Duplex) {
    this.exchange = exchange;
    this.client = client;
  }

  get answered(): boolean {
    return this.#answered;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** The request to the target exists, before a byte of it is sent. */
  begin(outgoing: ClientRequest): void {
    this.#outgoing = outgoing;
    const { request } = this.exchange.facts;
    // Registered before the body is piped, so that trailers are set before the end is written.
    request.once('end', () => {
      if (request.rawTrailers.length > 0 && !outgoing.writableEnded)
        outgoing.addTrailers(toPairs(request.rawTrailers) as [string, string][]);
    });
  }

  /** The head of the answer is here: rewrites it in place. Throws `target_bad_response` when it cannot be sent. */
  answer(response: IncomingMessage): void {
    const status = response.statusCode ?? 0;
    if (status < 200 && status !== 101)
      throw new AppError('target_bad_response', 'The target sent an impossible status');
    this.#answered = true;
    this.#movedAt = Date.now();
    this.#isEndless = isEventStream(toPairs(response.rawHeaders));
    response.headers = this.rewritten(response);
    // A reason phrase that Node refuses to write would end the process.
    response.statusMessage = (response.statusMessage ?? '').replace(/[^\t\x20-\x7e\x80-\xff]/g, '');
  }

  rewritten(response: IncomingMessage): Record<string, string | string[]> {
    const { facts, target } = this.exchange;
    const sentHost = valuesOf(facts.pairs, 'host')[0] ?? '';
    const { endpoint, prefix, origin, requestId } = facts;
    const pairs = responseHeaders(toPairs(response.rawHeaders), {
      endpoint,
      prefix,
      origin,
      requestId,
      sentHost,
      target,
    });
    return toHeaderObject(pairs, LOWER_CASE);
  }

  /** Records the first failure; later ones are its consequences. */
  fail(error: Error): void {
    this.#failure ??= error;
  }

  /** Whether nothing of the request can have been carried out, or carrying it out twice does no harm (rule R7). */
  get mayRepeat(): boolean {
    if (this.#answered || this.#outgoing === undefined || !this.#outgoing.reusedSocket) return false;
    if (this.#failure instanceof AppError) return false;
    return (
      IDEMPOTENT.has(this.exchange.facts.request.method ?? '') && isBodyless(this.exchange.facts.request)
    );
  }

  /** Ends what stands still for too long (rule R9). */
  checkLimits(limits: EngineLimits, now: number): void {
    this.#noteMovement(now);
    const idleMs = now - this.#movedAt;
    if (this.#answered) {
      if (!this.#isEndless && idleMs > limits.responseIdleMs)
        this.#cut(new AppError('target_closed', 'The answer stood still'));
    } else if (this.#sentAt !== undefined) {
      if (now - this.#sentAt > limits.headerMs)
        this.#cut(new AppError('header_timeout', 'The target sent no answer in time'));
    } else if (idleMs > limits.bodyIdleMs) {
      this.#cut(this.#standstill());
    }
  }

  #noteMovement(now: number): void {
    const { request } = this.exchange.facts;
    const bytes =
      request.socket.bytesRead + request.socket.bytesWritten + (this.#outgoing?.socket?.bytesRead ?? 0);
    if (bytes !== this.#bytes) this.#movedAt = now;
    this.#bytes = bytes;
    if (request.complete && this.#sentAt === undefined) this.#sentAt = now;
  }

  /** No byte of the body moves: is it the client that sends none, or the target that takes none? */
  #standstill(): AppError {
    if (this.#outgoing?.writableNeedDrain === true)
      return new AppError('header_timeout', 'The target takes no more of the request');
    return new AppError('request_timeout', 'The client sends no more of the request');
  }

  #cut(error: AppError): void {
    this.fail(error);
    this.#outgoing?.destroy(error);
    if (this.#answered) this.client.destroy();
  }
}

function isBodyless({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
}

/** Whatever went wrong between us and the target, as an error of ours. */
export function toTargetError(error: NodeJS.ErrnoException): AppError {
  if (error instanceof AppError) return error;
  const code = error.code?.startsWith('HPE_') === true ? 'target_bad_response' : 'target_closed';
  return new AppError(code, 'The target gave no usable answer', { cause: error });
}
