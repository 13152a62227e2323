import { createHmac, randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { Express } from 'express';
import request, { type Response, type Test } from 'supertest';
import { AnsweredCallbacks } from '../../src/deployments/answered-callbacks.ts';
import { CallbackHistory } from '../../src/deployments/callback-history.ts';
import { createBreakGlassApi } from '../../src/deployments/break-glass-api.ts';
import { createCallbacksApi } from '../../src/deployments/callbacks-api.ts';
import { createDeploymentsApi } from '../../src/deployments/deployments-api.ts';
import { createHistoryApi } from '../../src/deployments/history-api.ts';
import { createInstancesApi } from '../../src/deployments/instances-api.ts';
import { createStreams, type Streams } from '../../src/deployments/streams.ts';
import { Views } from '../../src/deployments/view-reader.ts';
import { Acts } from '../../src/http/acts.ts';
import { createActsApi } from '../../src/http/acts-api.ts';
import { createApiServer } from '../../src/http/api-server.ts';
import type { EventStreamOptions } from '../../src/http/event-stream.ts';
import { createSystemApi, type SystemApiOptions } from '../../src/deployments/system-api.ts';
import { createCordonApi } from '../../src/hosts/cordon-api.ts';
import { createCallbackKeysApi } from '../../src/http/callback-keys-api.ts';
import { RedisSessionStore } from '../../src/http/redis-session-store.ts';
import { requestFields } from '../../src/http/request-context.ts';
import type { Role } from '../../src/http/rights.ts';
import { RevokedKeys } from '../../src/http/revoked-keys.ts';
import { Sessions } from '../../src/http/sessions.ts';
import { CallbackKey } from '../../src/http/signature.ts';
import { createLogger, noLog } from '../../src/platform/logger.ts';
import { noMetrics } from '../../src/platform/metrics.ts';
import { Secret } from '../../src/platform/secret.ts';
import { SECRET, type Bench } from './bench.ts';
import { AppError } from '../../src/platform/errors.ts';
import type { AcceptedGeneration } from '../../src/routing/accepted-generation.ts';
import type { StorePosition } from '../../src/routing/route-store.ts';

export const TOKEN = 'test-admin-token-0123456789';
export const PAGES = 'http://pages.example:3000';
export const APPS = 'http://apps.example:3001';
export const KEY = Buffer.alloc(32, 1);
/** Known, but its holders shall stop. */
export const REVOKED = Buffer.alloc(32, 2);

const keyOf = (bytes: Buffer) => new CallbackKey(new Secret(`whsec_${bytes.toString('base64')}`));

/** The coordinator's real HTTP edge over the parts of a bench. */
export interface HttpBench {
  readonly app: Express;
  readonly streams: Streams;
  /** Log lines since the last call. */
  lines(): readonly Readonly<Record<string, unknown>>[];
  /** A cookie of a fresh session. */
  cookieOf(role: Role): Promise<string>;
}

export function httpBench(
  bench: Bench,
  signal = new AbortController().signal,
  stream: Omit<EventStreamOptions, 'signal'> = {},
): HttpBench {
  const { redis, prefix, store, hosts, builds, core, faults } = bench;
  const clock = (): number => bench.now;
  const lines = new PassThrough();
  const log = createLogger({
    ...{ level: 'debug', format: 'json', service: 'test' },
    stream: lines,
    context: requestFields,
  });
  const sessions = new Sessions({
    ...{ store: new RedisSessionStore(redis, prefix), pagesUrl: PAGES, clock },
    ...{ sessionMs: 60_000, signInMs: 60_000 },
  });
  const views = new Views({ store, appsUrl: APPS });
  const revoked = new RevokedKeys({ redis, prefix, configured: [keyOf(REVOKED).id] });
  const gate = {
    keys: [keyOf(KEY), keyOf(REVOKED)],
    revoked,
    limitBytes: 65_536,
    clock,
  };
  const answered = new AnsweredCallbacks({ redis, prefix });
  const history = new CallbackHistory({ redis, prefix, store, clock });
  const acts = new Acts({ redis, prefix, clock });
  const callbacks = createCallbacksApi({
    ...core,
    ...{ answered, history, gate, signal, faults, log, metrics: noMetrics },
  });
  const blocking = redis.duplicate({ lazyConnect: true });
  const streams = createStreams(
    {
      ...{ redis, prefix, store, builds, clock, log: noLog, secret: SECRET, secrets: [new Secret(TOKEN)] },
      ...{ budgetBytes: 64 * 1_024 * 1_024, blocking, stream },
    },
    bench.lifecycle,
  );
  const { breakGlassStore } = bench;
  const generation = new MemoryGeneration();
  const routers = [
    createInstancesApi({ ...core, ...{ store, views, signal, clock } }),
    createDeploymentsApi({ ...core, ...{ store, views } }),
    ...streams.routers,
    createHistoryApi({ ...{ store, hosts, history, views } }),
    createActsApi({ acts }),
    createBreakGlassApi({ breakGlass: bench.breakGlass, store, views, signal }),
    createSystemApi({ ...{ breakGlassStore, generation, clock }, dependencies: [], version: '0' }),
    createCordonApi({ hosts }),
    createCallbackKeysApi({ keys: gate.keys, revoked, clock }),
  ];
  const { app } = createApiServer({
    ...{ host: '127.0.0.1', port: 0, webDir: '/nowhere', appsUrl: APPS, trustedProxies: ['127.0.0.0/8'] },
    ...{ bodyLimitBytes: 65_536, requestTimeoutMs: 10_000, log, metrics: noMetrics, acts },
    authentication: { adminToken: new Secret(TOKEN), sessions, pagesUrl: PAGES },
    callbacks: [callbacks],
    routers,
  });
  return {
    app,
    streams,
    lines: () =>
      String(lines.read() ?? '')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    cookieOf: async (role) => {
      const link = await sessions.createSignInLink({ user: 'ana', role });
      const code = new URL(link).searchParams.get('code') ?? '';
      return `ark_session=${(await sessions.signIn(code))?.token ?? ''}`;
    },
  };
}

type Generation = SystemApiOptions['generation'];

/** A store that became another one, until somebody accepts it. */
class MemoryGeneration implements Generation {
  accepted: AcceptedGeneration | undefined;

  get fault(): string | undefined {
    return this.accepted ? undefined : 'the store is another one';
  }

  async position(): Promise<StorePosition> {
    return Promise.resolve({ generation: 'g1', revision: 0 });
  }

  async accept(expected: string | undefined): Promise<void> {
    if (expected !== 'g1') throw new AppError('conflict', 'The store has another generation');
    this.accepted = { id: 'g1', revision: 0, at: 1 };
    return Promise.resolve();
  }
}

export interface Signing {
  readonly id?: string;
  readonly key?: Buffer;
  /** Seconds from the bench's clock. */
  readonly skewS?: number;
  readonly path?: string;
}

export const newMessageId = (): string => `msg_${randomBytes(12).toString('hex')}`;

/** A signed message of a job. A string goes out byte for byte. */
export function sendCallback(
  { app, bench }: { readonly app: Express; readonly bench: Bench },
  kind: string,
  message: unknown,
  { id = newMessageId(), key = KEY, skewS = 0, path = `/api/callbacks/${kind}` }: Signing = {},
): Test {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  const at = String(Math.floor(bench.now / 1_000) + skewS);
  const signature = createHmac('sha256', key).update(`${id}.${at}.${text}`).digest('base64');
  return request(app)
    .post(path)
    .set({ 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` })
    .set({ 'x-key-id': keyOf(key).id, 'content-type': 'application/json' })
    .send(text);
}

/** Whether the job may believe this answer. */
export function isSigned({ headers, status, text }: Response, id: string, key = KEY): boolean {
  const signature = createHmac('sha256', key)
    .update(`answer.${id}.${String(headers['webhook-timestamp'])}.${String(status)}.${text}`)
    .digest('base64');
  return headers['webhook-id'] === id && headers['webhook-signature'] === `v1,${signature}`;
}
