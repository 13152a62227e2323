import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Acts } from '../../src/http/acts.ts';
import { createActsApi } from '../../src/http/acts-api.ts';
import { createApiServer, type ApiServer, type ApiServerOptions } from '../../src/http/api-server.ts';
import { RedisSessionStore } from '../../src/http/redis-session-store.ts';
import { requestFields } from '../../src/http/request-context.ts';
import { createSessionApi } from '../../src/http/session-api.ts';
import { Sessions } from '../../src/http/sessions.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { createMetrics, type Metrics } from '../../src/platform/metrics.ts';
import { connectRedis, type Redis } from '../../src/platform/redis.ts';
import { Secret } from '../../src/platform/secret.ts';
import { startRedis, type TestRedis } from '../testbed/redis.ts';

export const TOKEN = 'test-admin-token-0123456789';
export const PAGES = 'http://pages.example:3000';
export const APPS = 'http://apps.example:3001';

export interface ApiTestbed {
  readonly api: ApiServer;
  readonly sessions: Sessions;
  readonly metrics: Metrics;
  readonly redis: Redis;
  readonly server: TestRedis;
  readonly webDir: string;
  /** Log lines since the last call. */
  readonly lines: () => readonly Record<string, unknown>[];
  /** A cookie header of a fresh session. */
  readonly signedIn: () => Promise<string>;
  readonly close: () => Promise<void>;
}

/** An API server with real sessions in a real Redis, listening nowhere; routes as the test wants them. */
export async function startApi(options: Partial<ApiServerOptions> = {}): Promise<ApiTestbed> {
  const server = await startRedis();
  const redis = await connectRedis({ url: server.url, name: 'api-test' });
  const webDir = mkdtempSync(join(tmpdir(), 'ark-web-'));
  const stream = new PassThrough();
  const log = createLogger({
    level: 'debug',
    format: 'json',
    service: 'test',
    stream,
    context: requestFields,
  });
  const metrics = createMetrics();
  const lifetimes = { sessionMs: 60_000, signInMs: 60_000 };
  const store = new RedisSessionStore(redis, 'ark:{ark}:');
  const sessions = new Sessions({ store, pagesUrl: PAGES, clock: Date.now, ...lifetimes });
  const acts = new Acts({ redis, prefix: 'ark:{ark}:', clock: Date.now });
  const sessionApi = createSessionApi({ sessions, acts, log, pagesUrl: PAGES });
  const api = createApiServer({
    ...{ host: '127.0.0.1', port: 0, webDir, appsUrl: APPS, trustedProxies: ['127.0.0.0/8'] },
    ...{ bodyLimitBytes: 65_536, requestTimeoutMs: 10_000, log, metrics, acts, callbacks: [] },
    authentication: { adminToken: new Secret(TOKEN), sessions, pagesUrl: PAGES },
    ...options,
    routers: [sessionApi, createActsApi({ acts }), ...(options.routers ?? [])],
  });
  return {
    ...{ api, sessions, metrics, redis, server, webDir },
    lines: () =>
      String(stream.read() ?? '')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    signedIn: async () => {
      const link = await sessions.createSignInLink({ user: 'ana', role: 'operator' });
      const code = new URL(link).searchParams.get('code') ?? '';
      return `ark_session=${(await sessions.signIn(code))?.token ?? ''}`;
    },
    close: async () => {
      await api.close(100);
      redis.disconnect();
      await server.close();
      rmSync(webDir, { recursive: true });
    },
  };
}
