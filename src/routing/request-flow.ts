import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError, toAppError } from '../platform/errors.ts';
import type { ErrorCode } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Caller } from './request-head.ts';
import { judgeHead, toCaller } from './request-head.ts';
import type { Answer } from './error-answer.ts';
import { errorAnswer } from './error-answer.ts';
import type { ExchangeFacts } from './exchange.ts';
import { Exchange, targetOf } from './exchange.ts';
import { valuesOf } from './header-pairs.ts';
import type { OpenExchanges } from './open-exchanges.ts';
import type { ProxyEngine } from './proxy-engine.ts';
import type { RouteLookup } from './route-lookup.ts';
import { targetKey } from './route-table.ts';
import type { TrustedPeers } from './trusted-peers.ts';
import { writeAnswer, writeAnswerTo } from './write-answer.ts';

export interface RequestFlowOptions {
  readonly lookup: RouteLookup;
  readonly open: OpenExchanges;
  readonly engine: ProxyEngine;
  readonly trusted: TrustedPeers;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Pages of the proxy itself by path (`/livez`); instances cannot shadow them, they live below /instances/. */
  readonly ownPages?: ReadonlyMap<string, () => Answer | Promise<Answer>>;
}

/** What one request needs on its way: who asks, and how to answer without a target. */
interface Way {
  readonly caller: Caller;
  readonly client: ServerResponse | Duplex;
  readonly write: (answer: Answer) => void;
  readonly carry: (exchange: Exchange) => Promise<void>;
  /** Set once an error was answered: the exchange is counted under its code. */
  code?: ErrorCode;
}

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

/** The way of one request: judge its head, find its route, give it to the engine, answer what goes wrong. */
export class RequestFlow {
  readonly #options: RequestFlowOptions;

  constructor(options: RequestFlowOptions) {
    this.#options = options;
  }

  /** Never rejects: every failure becomes an answer or a closed connection. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    await this.#guide({
      caller: toCaller(request),
      client: response,
      write: (answer) => writeAnswer(response, answer),
      carry: (exchange) => this.#options.engine.web(exchange, response),
    });
  }

  /** As serve, for a WebSocket handshake. */
  async serveUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    await this.#guide({
      caller: toCaller(request),
      client: socket,
      write: (answer) => writeAnswerTo(socket, answer),
      carry: (exchange) => this.#options.engine.upgrade(exchange, socket, head),
    });
  }

  async #guide(way: Way): Promise<void> {
    try {
      await this.#follow(way);
    } catch (error) {
      this.#refuse(way, toAppError(error));
    }
  }

  async #follow(way: Way): Promise<void> {
    const { caller, write } = way;
    const verdict = judgeHead(caller, this.#options.trusted);
    switch (verdict.kind) {
      case 'refused':
        return this.#refuse(way, new AppError(verdict.code, 'The request cannot be carried'));
      case 'options':
        return write({ status: 200, headers: { Allow: METHODS }, body: '' });
      case 'elsewhere':
        return this.#elsewhere(way, verdict.path);
      case 'redirect':
        return this.#redirect(way, verdict.location);
      case 'exchange':
        return this.#exchange(way, verdict.facts);
      default:
        return verdict satisfies never;
    }
  }

  async #exchange(way: Way, facts: ExchangeFacts): Promise<void> {
    const { lookup, open, metrics } = this.#options;
    const { client } = way;
    const startedAt = performance.now();
    const target = targetOf(lookup.find(facts.endpoint) ?? (await lookup.ask(facts.endpoint)));
    if (client.destroyed) return;
    const exchange = new Exchange(facts, target, {
      lookup,
      open,
      refuse: (error) => this.#refuse(way, error),
    });
    client.once('close', () => {
      exchange.end();
      const status = 'statusCode' in client ? String(client.statusCode) : '101';
      if (way.code === undefined) metrics.proxied(status, (performance.now() - startedAt) / 1_000);
    });
    try {
      await way.carry(exchange);
    } catch (error) {
      const { code } = toAppError(error);
      this.#options.log.info('target gave no answer', {
        ...logFields(way),
        target: targetKey(exchange.target),
        errorCode: code,
      });
      throw error;
    }
  }

  async #elsewhere(way: Way, path: string): Promise<void> {
    const page = this.#options.ownPages?.get(path);
    if (page === undefined) this.#refuse(way, new AppError('not_found', 'There is nothing here'));
    else way.write(await page());
  }

  #redirect({ caller, write }: Way, location: string): void {
    const headers = { Location: location, 'Cache-Control': 'no-store', 'X-Request-ID': caller.requestId };
    write({ status: 307, headers, body: '' });
  }

  #refuse(way: Way, error: AppError): void {
    const { caller, client, write } = way;
    if (client.destroyed || way.code !== undefined) return;
    way.code = error.code;
    const { log, metrics } = this.#options;
    if (error.code === 'internal') log.error('proxy failed', { ...logFields(way), error });
    else log.debug('answered by the proxy', { ...logFields(way), errorCode: error.code, error: error.cause });
    metrics.proxied(error.code);
    const ask = (name: string): string | undefined => valuesOf(caller.pairs, name)[0];
    const audience = {
      accept: ask('accept'),
      acceptLanguage: ask('accept-language'),
      destination: ask('sec-fetch-dest'),
    };
    write(
      errorAnswer({ code: error.code, requestId: caller.requestId, endpoint: caller.endpoint, audience }),
    );
  }
}

function logFields({ caller }: Way): {
  requestId: string;
  endpoint: string | undefined;
  method: string | undefined;
} {
  return { requestId: caller.requestId, endpoint: caller.endpoint, method: caller.request.method };
}
