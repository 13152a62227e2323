import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { sendBootPage } from '../pages/sign-in.ts';
import { sendContainerError } from './container-error.ts';
import { sendOops } from './error-pages.ts';
import { authenticate, checkCrumb } from './authentication.ts';
import { BodyTooLargeError, readBody, readForm } from './body.ts';
import type { Exchange, Site } from './exchange.ts';
import { routeFaults } from './fault-routes.ts';
import { route, routeOpen } from './router.ts';

export interface HttpOptions {
  /** Undefined until the server is ready: until then every path gets the boot page of 503. */
  readonly site: () => Site | undefined;
  readonly faults: boolean;
  readonly warn: (line: string) => void;
}

const LONGEST_URI = 8192;
/** Jenkins closes an idle connection after this time (observed). */
const IDLE_MS = 30_000;

/** Makes the server; the caller listens and closes. */
export function createHttpServer(options: HttpOptions): Server {
  const server = createServer(
    { maxHeaderSize: 2 * LONGEST_URI, keepAliveTimeout: IDLE_MS },
    (request, response) => {
      void serve(request, response, options);
    },
  );
  server.requestTimeout = 60_000;
  return server;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpOptions,
): Promise<void> {
  const site = options.site();
  if (site === undefined) {
    response.writeHead(503, { 'Content-Type': 'text/html;charset=utf-8' });
    response.end('<title>Starting Jenkins</title><h1>Jenkins is getting ready to work</h1>');
    return;
  }
  const exchange = toExchange(request, response, site);
  try {
    await handle(exchange, options.faults);
  } catch (error) {
    options.warn(
      `${exchange.method} ${exchange.path}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
    );
    if (response.headersSent) response.destroy();
    else sendOops(exchange, 500);
  }
}

/** The filters of a Jenkins in their order, then the page. */
async function handle(exchange: Exchange, hasFaults: boolean): Promise<void> {
  const { request, site } = exchange;
  if ((request.url ?? '').length > LONGEST_URI)
    return sendContainerError(exchange, { status: 414, message: 'URI Too Long' });
  const body = await readWhole(exchange);
  if (body === undefined) return;
  if (hasFaults && exchange.segments.join('/') === '_ark/faults') return routeFaults(exchange, body);
  if (site.faults.isBooting) return sendBootPage(exchange);
  if (exchange.path.includes(';')) {
    return sendContainerError(exchange, {
      status: 400,
      message: 'Semicolons are not allowed in the request URI',
    });
  }
  exchange.form = await readForm(body, request.headers['content-type']).catch(() => new URLSearchParams());
  if (!authenticate(exchange)) return;
  const isSignIn = exchange.segments[0] === 'j_spring_security_check';
  if (!isSignIn && !checkCrumb(exchange)) return;
  if (!routeOpen(exchange)) await route(exchange);
}

async function readWhole(exchange: Exchange): Promise<Buffer | undefined> {
  try {
    return await readBody(exchange.request);
  } catch (error) {
    if (error instanceof BodyTooLargeError) {
      exchange.response.setHeader('Connection', 'close');
      sendContainerError(exchange, { status: 413, message: 'Payload Too Large' });
    } else {
      exchange.request.destroy();
    }
    return undefined;
  }
}

function toExchange(request: IncomingMessage, response: ServerResponse, site: Site): Exchange {
  const [fullPath = '/', ...search] = (request.url ?? '/').split('?');
  const { contextPath } = site;
  const isBelow = contextPath !== '' && (fullPath === contextPath || fullPath.startsWith(`${contextPath}/`));
  const path = (isBelow ? fullPath.slice(contextPath.length) : fullPath) || '/';
  return {
    site,
    request,
    response,
    path,
    method: request.method ?? 'GET',
    segments: path
      .split('/')
      .filter((part) => part !== '')
      .map(decode),
    query: new URLSearchParams(search.join('?')),
    form: new URLSearchParams(),
    user: undefined,
    isToken: false,
    session: undefined,
  };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
