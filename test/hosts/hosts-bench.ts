import type { Express } from 'express';
import supertest from 'supertest';
import { createApiServer } from '../../src/http/api-server.ts';
import { type HostKey, toHostKey } from '../../src/hosts/host-key.ts';
import { createCordonApi } from '../../src/hosts/cordon-api.ts';
import { createHostsApi } from '../../src/hosts/hosts-api.ts';
import { AppError } from '../../src/platform/errors.ts';
import { noLog } from '../../src/platform/logger.ts';
import { noMetrics } from '../../src/platform/metrics.ts';
import { Secret } from '../../src/platform/secret.ts';
import { noActs } from '../http/no-acts.ts';
import { aHostKey } from './host-builder.ts';
import { MemoryHostRegistry } from './memory-host-registry.ts';

export const ADMIN_TOKEN = 'x'.repeat(32);

/** The body that registers `cl-a`, whose machine shows this key. */
export const ORDER = {
  host_id: 'cl-a',
  name: 'Client A',
  address: '100.64.10.11',
  host_key: `${aHostKey()} root@cl-a`,
};

/** The hosts API in the real server, over hosts in memory and machines that are only a table of keys. */
export class HostsBench {
  readonly hosts = new MemoryHostRegistry();
  /** What machines show, by `address:port`; others do not answer. */
  readonly shown = new Map([['100.64.10.11:22', aHostKey()]]);
  /** Machines that were asked, in order. */
  readonly asked: string[] = [];
  inUse = false;
  readonly app: Express = this.#createApp();

  /** A request of an administrator. */
  admin(method: 'get' | 'post' | 'patch' | 'delete', path: string): supertest.Test {
    return supertest(this.app)[method](path).set('authorization', `Bearer ${ADMIN_TOKEN}`);
  }

  #fetchKey(target: string): HostKey {
    this.asked.push(target);
    const key = toHostKey(this.shown.get(target) ?? '');
    if (key === undefined) throw new AppError('host_unreachable', 'no answer');
    return key;
  }

  #createApp(): Express {
    const router = createHostsApi({
      hosts: this.hosts,
      keys: {
        fetch: async ({ address, port }) =>
          Promise.resolve().then(() => this.#fetchKey(`${address}:${String(port)}`)),
      },
      isInUse: async () => Promise.resolve(this.inUse),
      loadOf: async () => Promise.resolve({ active: ['d-1'], waiting: [] }),
      clock: () => 1_763_790_000_000,
      defaultSlots: 2,
    });
    return createApiServer({
      host: '127.0.0.1',
      port: 0,
      webDir: import.meta.dirname,
      bodyLimitBytes: 65_536,
      requestTimeoutMs: 5_000,
      appsUrl: 'http://127.0.0.1:1',
      trustedProxies: [],
      authentication: {
        adminToken: new Secret(ADMIN_TOKEN),
        sessions: { find: async () => Promise.resolve({ user: 'eva', role: 'operator' } as never) },
        pagesUrl: 'http://127.0.0.1:3000',
      },
      log: noLog,
      metrics: noMetrics,
      acts: noActs,
      callbacks: [],
      routers: [router, createCordonApi({ hosts: this.hosts })],
    }).app;
  }
}
