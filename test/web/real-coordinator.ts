import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalJenkinsProcess, TOKEN, USER } from '../deployments/jenkins/local-jenkins-process.ts';
import { aHostKey } from '../hosts/host-builder.ts';
import { freePort, startRedis } from '../testbed/redis.ts';
import { patiently } from '../testbed/until.ts';
import { buildPages } from './web-build.ts';

const ADMIN_TOKEN = 'test-admin-token-0123456789';
const KEY = Buffer.alloc(32, 1).toString('base64');
const ROOT = join(import.meta.dirname, '../..');

/** A coordinator with pages, Redis and a local Jenkins whose builds work until the end; no client host answers. */
export interface RealCoordinator {
  readonly url: string;
  /** An API call with the admin token; throws unless it is answered 2xx. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  close(): Promise<void>;
}

export async function startRealCoordinator(): Promise<RealCoordinator> {
  const [pages, redis, jenkins, port] = await Promise.all([
    buildPages(),
    startRedis(),
    LocalJenkinsProcess.start(),
    freePort(),
  ]);
  const url = `http://127.0.0.1:${port}`;
  const stateDir = mkdtempSync(join(tmpdir(), 'ark-real-'));
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...{ PATH: process.env['PATH'], ARK_STATE_DIR: stateDir, ARK_REDIS_URL: redis.url },
      ...{ ARK_API_PORT: String(port), ARK_PAGES_URL: url, ARK_WEB_DIR: pages, ARK_LOG_LEVEL: 'error' },
      ...{ ARK_ADMIN_TOKEN: ADMIN_TOKEN, ARK_SECRET: KEY, ARK_CALLBACK_KEYS: `whsec_${KEY}` },
      ...{ ARK_JENKINS_URL: jenkins.url, ARK_JENKINS_USER: USER, ARK_JENKINS_TOKEN: TOKEN },
      ...{ ARK_HOST_SLOTS: '1', ARK_JENKINS_POLL_MS: '200' },
    },
  });
  const call = caller(url);
  await patiently(() => call('GET', '/api/session'));
  await call('POST', '/api/hosts', {
    ...{ host_id: 'cl-a', name: 'Client A', address: '100.64.10.11', host_key: aHostKey(), unchecked: true },
  });
  return {
    url,
    call,
    async close() {
      await end(child);
      await Promise.all([jenkins.close(), redis.close()]);
      rmSync(stateDir, { recursive: true });
    },
  };
}

function caller(url: string): RealCoordinator['call'] {
  return async <T>(method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${url}${path}`, { method, headers, ...sent });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  };
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  await ended;
}
