import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pollUntil } from '../src/platform/polling.ts';
import { connectRedis } from '../src/platform/redis.ts';
import { EventReader } from './http/event-reader.ts';
import { freePort, startRedis, type TestRedis } from './testbed/redis.ts';

const TOKEN = 'test-admin-token-0123456789';
const KEY = Buffer.alloc(32, 1).toString('base64');
let server: TestRedis;
let stateDir: string;

beforeEach(async () => {
  server = await startRedis();
  stateDir = mkdtempSync(join(tmpdir(), 'ark-main-'));
});

afterEach(async () => {
  await server.close();
  rmSync(stateDir, { recursive: true });
});

async function loosen(): Promise<void> {
  const redis = await connectRedis({ url: server.url, name: 'loosen' });
  await redis.config('SET', 'appendfsync', 'everysec');
  redis.disconnect();
}

interface Started {
  readonly url: string;
  readonly child: ChildProcessWithoutNullStreams;
  /** So far. */
  readonly said: () => string;
}

/** A coordinator in a process of its own. */
async function start(env: NodeJS.ProcessEnv): Promise<Started> {
  const port = String(await freePort());
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: join(import.meta.dirname, '..'),
    env: {
      PATH: process.env['PATH'],
      ARK_STATE_DIR: stateDir,
      ARK_REDIS_URL: server.url,
      ARK_API_PORT: port,
      ARK_ADMIN_TOKEN: TOKEN,
      ARK_SECRET: KEY,
      ARK_CALLBACK_KEYS: `whsec_${KEY}`,
      ARK_JENKINS_URL: 'http://127.0.0.1:1',
      ARK_JENKINS_USER: 'ark',
      ARK_JENKINS_TOKEN: 'token',
      ...env,
    },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (more: string) => (text += more));
  }
  return { child, url: `http://127.0.0.1:${port}`, said: () => text };
}

test('production does not start on a Redis that can lose writes, and says why', async () => {
  await loosen();

  const { child, said } = await start({ NODE_ENV: 'production' });

  expect(await once(child, 'close')).toEqual([1, null]);
  expect(said()).toContain('Redis has appendfsync everysec; Ark Deploy needs appendfsync always');
});

test('a laptop starts on it with a warning, and SIGTERM ends it in order', async () => {
  await loosen();

  const { child, said } = await start({ NODE_ENV: 'development' });
  await untilStarted(said);
  child.kill('SIGTERM');

  expect(await once(child, 'close')).toEqual([0, null]);
  expect(said()).toContain('"level":"warn","service":"coordinator","message":"redis is set up wrongly"');
});

test('who follows the changes holds up no end: the stream ends with the process', async () => {
  const { child, url, said } = await start({ NODE_ENV: 'development' });
  await untilStarted(said);
  const reader = await EventReader.open(`${url}/api/events`, { authorization: `Bearer ${TOKEN}` });
  await reader.place();
  const closed = once(child, 'close');
  const startedAt = performance.now();

  child.kill('SIGTERM');

  expect(await reader.next()).toBeUndefined();
  expect(await closed).toEqual([0, null]);
  expect(performance.now() - startedAt).toBeLessThan(8_000);
});

async function untilStarted(said: () => string): Promise<void> {
  const isUp = async (): Promise<true | undefined> =>
    Promise.resolve(said().includes('"message":"started"') || undefined);
  await pollUntil(isUp, { everyMs: 20, timeoutMs: 20_000, signal: AbortSignal.timeout(30_000) });
}
