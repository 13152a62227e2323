import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  connectRedis,
  loadScript,
  runScript,
  sendTogether,
  waitUntilReady,
  withStore,
  type Redis,
} from '../../src/platform/redis.ts';
import { freePort, startRedis, type TestRedis } from '../testbed/redis.ts';

let server: TestRedis;
let redis: Redis;
let folder: string;

beforeAll(async () => {
  server = await startRedis();
  redis = await connectRedis({ url: server.url, name: 'test' });
  folder = mkdtempSync(join(tmpdir(), 'ark-lua-'));
});

afterAll(async () => {
  redis.disconnect();
  await server.close();
  rmSync(folder, { recursive: true });
});

function script(...texts: string[]) {
  return loadScript(
    texts.map((text, at) => {
      const path = join(folder, `part-${String(at)}.lua`);
      writeFileSync(path, text);
      return path;
    }),
  );
}

test('a script of several files runs, also when Redis has forgotten it', async () => {
  const twice = script('local function twice(n) return n * 2 end', 'return {KEYS[1], twice(ARGV[1])}');

  expect(await runScript(redis, twice, { keys: ['k'], args: [21] })).toEqual(['k', 42]);
  await redis.script('FLUSH');
  expect(await runScript(redis, twice, { keys: ['k'], args: [4] })).toEqual(['k', 8]);
});

test('a script that is wrong is our bug, not an outage', async () => {
  const run = runScript(redis, script('return redis.call("NOPE")'), { keys: [], args: [] });

  await expect(run).rejects.toMatchObject({ code: 'internal' });
});

test('nobody at the address: store_unavailable within the time given', async () => {
  const port = await freePort();

  const connecting = connectRedis({ url: `redis://127.0.0.1:${String(port)}`, name: 'x', waitMs: 200 });

  await expect(connecting).rejects.toMatchObject({ code: 'store_unavailable' });
});

test('while Redis is away commands fail at once; afterwards they work and no failed write appears', async () => {
  const own = await startRedis();
  const client = await connectRedis({ url: own.url, name: 'away' });
  await client.set('kept', '1');

  await own.kill();
  const failed = withStore('set', () => client.set('late', '1'));
  await expect(failed).rejects.toMatchObject({ code: 'store_unavailable', retryAfterS: 2 });
  await own.start();
  await waitUntilReady(client, AbortSignal.timeout(10_000));

  expect(await client.mget('kept', 'late')).toEqual(['1', null]);
  client.disconnect();
  await own.close();
});

test('what is sent together leaves at the end of the turn, in its order', async () => {
  await redis.set('together', '0');

  sendTogether(redis);
  sendTogether(redis);
  const answers = Promise.all(Array.from({ length: 100 }, () => redis.incr('together')));
  const unsent = redis.stream.writableLength;

  expect(unsent).toBeGreaterThan(100);
  expect(await answers).toEqual(Array.from({ length: 100 }, (_none, at) => at + 1));
  expect([redis.stream.writableCorked, redis.stream.writableLength]).toEqual([0, 0]);
});

test('what is sent together while there is no connection fails at once', async () => {
  const away = await startRedis();
  const other = await connectRedis({ url: away.url, name: 'test' });
  const ended = new Promise((resolve) => other.once('close', resolve));
  await away.kill();
  await ended;

  sendTogether(other);

  await expect(other.get('together')).rejects.toThrow(/enableOfflineQueue|Connection is closed/);
  other.disconnect();
  await away.close();
});
