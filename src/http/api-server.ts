import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express, type RequestHandler, type Router } from 'express';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Acts } from './acts.ts';
import { authenticate, type AuthenticationOptions } from './authentication.ts';
import { jsonBody } from './body.ts';
import { docsPage } from './docs-page.ts';
import { handleErrors, refuseUnknown } from './error-handler.ts';
import { keepActsIn } from './record-acts.ts';
import { requestContext } from './request-context.ts';
import { refuseCatchAll } from './route-methods.ts';
import { securityHeaders } from './security-headers.ts';
import { webPages } from './web-pages.ts';

export interface ApiServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly webDir: string;
  readonly bodyLimitBytes: number;
  readonly requestTimeoutMs: number;
  readonly appsUrl: string;
  readonly trustedProxies: readonly string[];
  readonly authentication: AuthenticationOptions;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Where changing calls are recorded. */
  readonly acts: Pick<Acts, 'record'>;
  /** Signed messages of jobs, each router with its own callbackGate; no session, no JSON parser before. */
  readonly callbacks: readonly Router[];
  /** The features; each route has its full path and names its right. */
  readonly routers: readonly Router[];
}

export interface ApiServer {
  readonly app: Express;
  /** The port, once it listens. Throws when the address is taken. */
  listen(): Promise<number>;
  /** Takes no new connection, lets open answers end for `graceMs`, then cuts them. */
  close(graceMs?: number): Promise<void>;
}

const CLOSE_GRACE_MS = 10_000;

/** The coordinator's HTTP server: pages, API and callbacks. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const app = createApp(options);
  const server = createServer(app);
  server.headersTimeout = 15_000;
  server.requestTimeout = options.requestTimeoutMs;
  // Longer than nginx keeps its side, so that it never writes into a connection that we just closed.
  server.keepAliveTimeout = 75_000;
  return {
    app,
    listen: async () => {
      server.listen(options.port, options.host);
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    },
    close: async (graceMs = CLOSE_GRACE_MS) => closeServer(server, graceMs),
  };
}

/** Everything that a request passes, in running order. */
function createApp(options: ApiServerOptions): Express {
  const { log, metrics, callbacks, routers } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', [...options.trustedProxies]);
  app.set('query parser', 'simple');

  // a request id, and one line in the log when it ends
  app.use(requestContext({ log, metrics }));
  // what browsers may do with our answers
  app.use(securityHeaders({ https: options.authentication.pagesUrl.startsWith('https:') }));
  // links to instances that came to the wrong origin
  app.use(toAppsOrigin(options.appsUrl));
  // jobs: signed, so they need no session
  for (const router of callbacks) app.use(refuseCatchAll(router));
  // the pages hold no secret: they ask the API as whoever is signed in
  app.use(...webPages(options.webDir), docsPage());
  // who asks
  app.use(authenticate(options.authentication));
  // JSON bodies
  app.use(jsonBody({ limitBytes: options.bodyLimitBytes }));
  // where it is recorded who does what, and why
  app.use(keepActsIn({ acts: options.acts, log }));
  // the features
  for (const router of routers) app.use(refuseCatchAll(router));
  // an address that nobody knows, or not with this method
  app.use(refuseUnknown([...callbacks, ...routers]));
  // every error, once
  app.use(handleErrors(log));
  return app;
}

/** 307 keeps method and body. */
function toAppsOrigin(appsUrl: string): RequestHandler {
  return (request, response, next) => {
    if (/^\/instances(?:\/|$)/.test(request.path)) {
      response.redirect(307, appsUrl + request.originalUrl);
      return;
    }
    next();
  };
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}
