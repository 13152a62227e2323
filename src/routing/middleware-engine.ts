import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Plugin, RequestHandler } from 'http-proxy-middleware';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { AppError } from '../platform/errors.ts';
import { connectTarget } from './connect-target.ts';
import type { Exchange } from './exchange.ts';
import { Forwarding, toTargetError } from './forwarding.ts';
import type { EngineLimits, ProxyEngine } from './proxy-engine.ts';
import { DEFAULT_LIMITS } from './proxy-engine.ts';
import { NoIdleConnection, TargetAgents } from './target-agents.ts';
import type { ReadySocket } from './target-agents.ts';
import { prepareRequest, relayInformation, relayTrailers } from './target-request.ts';
import { WebSocketPairs } from './web-socket-pairs.ts';

export interface MiddlewareEngineOptions {
  /** Whether some live route leads to a target (`host:port`); the connections of others are not kept. */
  readonly isLive: (target: string) => boolean;
  readonly trusted: (address: string | undefined) => boolean;
  readonly limits?: Partial<EngineLimits>;
}

interface Route {
  readonly forwarding: Forwarding;
  readonly ready: ReadySocket | undefined;
}

/** The engine on http-proxy-middleware. What it cannot do is listed in docs/proxy.md by case number. */
export class MiddlewareEngine implements ProxyEngine {
  readonly #options: MiddlewareEngineOptions;
  readonly #limits: EngineLimits;
  readonly #agents = new TargetAgents();
  readonly #pairs = new WebSocketPairs();
  readonly #routes = new WeakMap<IncomingMessage, Route>();
  readonly #open = new Set<Forwarding>();
  readonly #middleware: RequestHandler;
  readonly #watch: NodeJS.Timeout;

  constructor(options: MiddlewareEngineOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#middleware = createProxyMiddleware({
      router: (request, _response, forOne) => {
        const { forwarding, ready } = this.#routeOf(request);
        const { target } = forwarding.exchange;
        const onRequest = (outgoing: ClientRequest): void => this.#onOutgoing(forwarding, outgoing);
        forOne.agent = this.#agents.agentFor(target, { onRequest, ready });
        return { protocol: 'http:', hostname: target.host, port: target.port };
      },
      // The filter and router see `/`; only the rewritten path holds the client's own bytes.
      pathRewrite: (_path, request) => this.#routeOf(request).forwarding.exchange.facts.path,
      // Its own plugins log URLs with their queries and answer errors in their own words.
      ejectPlugins: true,
      plugins: [this.#events()],
    });
    this.#watch = setInterval(() => this.#look(), this.#limits.watchEveryMs);
  }

  async web(exchange: Exchange, response: ServerResponse): Promise<void> {
    const isOver = (): boolean => response.destroyed;
    const first = await this.#carry(exchange, response, await this.#connection(exchange, response));
    const isUnsent = first.failure instanceof NoIdleConnection;
    if (first.failure === undefined || isOver()) return;
    if (!isUnsent && !first.mayRepeat) throw toTargetError(first.failure);
    this.#agents.closeIdle(exchange.target);
    const second = await this.#carry(exchange, response, await this.#connect(exchange, response));
    if (second.failure !== undefined && !isOver()) throw toTargetError(second.failure);
  }

  async upgrade(exchange: Exchange, socket: Duplex, head: Buffer): Promise<void> {
    const ready = await this.#connect(exchange, socket);
    const forwarding = this.#enter(exchange, socket, ready);
    try {
      await this.#pairs.handshake(forwarding, () => {
        this.#middleware.upgrade(exchange.facts.request, socket as Socket, head);
      });
    } finally {
      this.#open.delete(forwarding);
    }
  }

  closeWebSockets(): void {
    this.#pairs.close();
  }

  close(): void {
    clearInterval(this.#watch);
    this.#pairs.close();
    for (const forwarding of this.#open) forwarding.client.destroy();
    this.#agents.close();
  }

  async #carry(
    exchange: Exchange,
    response: ServerResponse,
    ready: ReadySocket | undefined,
  ): Promise<Forwarding> {
    const forwarding = this.#enter(exchange, response, ready);
    try {
      await this.#middleware(exchange.facts.request, response, (error) => {
        if (error !== undefined) forwarding.fail(error as Error);
      });
    } finally {
      this.#open.delete(forwarding);
    }
    return forwarding;
  }

  #enter(exchange: Exchange, client: ServerResponse | Duplex, ready: ReadySocket | undefined): Forwarding {
    const forwarding = new Forwarding(exchange, client);
    this.#routes.set(exchange.facts.request, { forwarding, ready });
    this.#open.add(forwarding);
    prepareRequest(exchange, this.#options.trusted);
    return forwarding;
  }

  async #connection(exchange: Exchange, client: ServerResponse | Duplex): Promise<ReadySocket | undefined> {
    return this.#agents.hasIdle(exchange.target) ? undefined : this.#connect(exchange, client);
  }

  /** Connects before a byte of the body is read, so that a refused target costs nothing but a second look. */
  async #connect(exchange: Exchange, client: ServerResponse | Duplex): Promise<ReadySocket> {
    const gone = new AbortController();
    const abort = (): void => gone.abort(new AppError('target_closed', 'The client has gone'));
    client.once('close', abort);
    const options = { timeoutMs: this.#limits.connectMs, signal: gone.signal };
    try {
      return { socket: await connectTarget(exchange.target, options), taken: false };
    } catch (error) {
      if (gone.signal.aborted || !(await exchange.reroute())) throw error;
      return { socket: await connectTarget(exchange.target, options), taken: false };
    } finally {
      client.off('close', abort);
    }
  }

  #onOutgoing(forwarding: Forwarding, outgoing: ClientRequest): void {
    forwarding.begin(outgoing);
    if ('writeHead' in forwarding.client) relayInformation(forwarding, outgoing, forwarding.client);
    else this.#pairs.expect(forwarding, outgoing);
  }

  #events(): Plugin {
    return (server) => {
      server.on('error', (error, request) => {
        if (request !== undefined) this.#routes.get(request)?.forwarding.fail(error);
      });
      server.on('proxyRes', (answer, request, response) => {
        const { forwarding } = this.#routeOf(request);
        try {
          forwarding.answer(answer);
          // Otherwise the library repeats the client's own Connection field.
          answer.headers.connection = response.shouldKeepAlive ? 'keep-alive' : 'close';
          relayTrailers(answer, response);
        } catch (error) {
          // Answered here and now: afterwards the library would send the head that cannot be sent.
          forwarding.exchange.refuse(toTargetError(error as Error));
          answer.destroy();
        }
      });
      server.on('econnreset', () => undefined);
      server.on('open', (socket) => socket.on('error', () => undefined));
    };
  }

  #look(): void {
    const now = Date.now();
    for (const forwarding of this.#open) forwarding.checkLimits(this.#limits, now);
    this.#agents.tidy((target) => this.#options.isLive(target));
  }

  #routeOf(request: IncomingMessage): Route {
    const route = this.#routes.get(request);
    if (route === undefined) throw new TypeError('a request that this engine did not start');
    return route;
  }
}
