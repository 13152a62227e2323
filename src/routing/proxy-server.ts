import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { ErrorCode } from '../platform/errors.ts';
import { errorAnswer } from './error-answer.ts';
import { requestIdFor } from '../platform/request-id.ts';
import type { RequestFlowOptions } from './request-flow.ts';
import { RequestFlow } from './request-flow.ts';
import { isWebSocket } from './target-request.ts';
import { writeAnswerTo } from './write-answer.ts';

/** Rule R9: nothing here limits how long an exchange may last as long as bytes move. */
const SERVER_LIMITS = {
  requestTimeout: 0,
  headersTimeout: 15_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 32_768,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 30_000,
} as const;

const LONGEST_LINGER_MS = 1_000;

export interface ListenOptions {
  readonly port: number;
  readonly host: string;
}

/** The client's side on node:http: reads heads, and owns every connection until it is closed. */
export class ProxyServer {
  readonly #options: RequestFlowOptions;
  readonly #flow: RequestFlow;
  readonly #server: Server;
  #isClosing = false;

  constructor(options: RequestFlowOptions) {
    this.#options = options;
    this.#flow = new RequestFlow(options);
    this.#server = createServer({ ...SERVER_LIMITS, shouldUpgradeCallback: isWebSocket });
    // Every socket has a listener from its first moment on: an error of one must not end the process.
    this.#server.on('connection', (socket: Socket) => socket.on('error', () => undefined));
    const serve = (request: IncomingMessage, response: ServerResponse): void =>
      this.#serve(request, response);
    this.#server.on('request', serve).on('checkContinue', serve).on('checkExpectation', serve);
    this.#server.on(
      'upgrade',
      (request, socket, head) => void this.#flow.serveUpgrade(request, socket, head),
    );
    this.#server.on('connect', (_request, socket) => refuse(socket, 'method_not_allowed'));
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
      refuse(socket, parseFault(error)),
    );
  }

  /** Listens with SO_REUSEPORT, so that several proxies share one port. Returns the port. Rejects if it is taken. */
  async listen({ port, host }: ListenOptions): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', reject);
    this.#server.listen({ port, host, reusePort: port !== 0 }, resolve);
    await promise;
    this.#server.off('error', reject);
    return (this.#server.address() as AddressInfo).port;
  }

  /**
   * Tells WebSockets to come back elsewhere (1012), stops listening, lets exchanges end within `graceMs`, then
   * cuts. For the first moment it still answers, with `Connection: close`: whoever is just sending on a
   * connection that lay idle would otherwise find it closed.
   */
  async close(graceMs: number): Promise<void> {
    const cut = setTimeout(() => {
      this.#server.closeAllConnections();
      this.#options.engine.close();
    }, graceMs);
    this.#isClosing = true;
    this.#options.engine.closeWebSockets();
    await delay(Math.min(LONGEST_LINGER_MS, graceMs / 4));
    // Right after the loop has accepted what waits in the queue of this listener, which is lost with it.
    await nextTurn();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#options.engine.closeWebSockets();
    await promise;
    clearTimeout(cut);
    this.#options.engine.close();
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    if (this.#isClosing) response.shouldKeepAlive = false;
    void this.#flow.serve(request, response);
  }
}

const PARSE_FAULTS: Record<string, ErrorCode> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** Undefined when nobody is left who could read an answer. */
function parseFault({ code = '' }: NodeJS.ErrnoException): ErrorCode | undefined {
  if (!code.startsWith('HPE_') && code !== 'ERR_HTTP_REQUEST_TIMEOUT') return undefined;
  return PARSE_FAULTS[code] ?? 'malformed_request';
}

/** Answers a connection whose request could not be read, and closes it. */
function refuse(socket: Duplex, code: ErrorCode | undefined): void {
  // An answer in the middle of another one would be read as part of it.
  if (code === undefined || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const audience = { accept: undefined, acceptLanguage: undefined, destination: undefined };
  writeAnswerTo(socket, errorAnswer({ code, requestId: requestIdFor([]), endpoint: undefined, audience }));
}

/** Node keeps the response under way on the socket, under a name that its own documentation of clientError uses. */
function isAnswering(socket: Duplex): boolean {
  return '_httpMessage' in socket && typeof socket._httpMessage === 'object' && socket._httpMessage !== null;
}
