import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { unmetRequirements } from '../../src/platform/redis-requirements.ts';
import { connectRedis, type Redis } from '../../src/platform/redis.ts';
import { startRedis, type TestRedis } from '../testbed/redis.ts';

let server: TestRedis;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = await connectRedis({ url: server.url, name: 'requirements' });
});

afterAll(async () => {
  redis.disconnect();
  await server.close();
});

test('settings that could lose a write are named', async () => {
  expect(await unmetRequirements(redis)).toEqual([]);

  await redis.config('SET', 'appendfsync', 'everysec');
  expect(await unmetRequirements(redis)).toEqual([
    'Redis has appendfsync everysec; Ark Deploy needs appendfsync always',
  ]);
  await redis.config('SET', 'appendfsync', 'always');
});

test('a Redis that is too old is not asked for settings', async () => {
  const old = {
    info: async () => Promise.resolve('# Server\r\nredis_version:6.2.14\r\n'),
    config: async () => Promise.reject(new Error('asked')),
  };

  expect(await unmetRequirements(old as unknown as Redis)).toEqual([
    'Redis has version 6.2.14; Ark Deploy needs 7 or newer',
  ]);
});

test('an account that may not read the settings cannot prove them', async () => {
  await redis.call('ACL', 'SETUSER', 'small', 'on', 'nopass', '~*', '+@all', '-config');
  const small = await connectRedis({ url: server.url.replace('//', '//small:x@'), name: 'small' });

  expect(await unmetRequirements(small)).toContain(
    'Redis has appendonly that it does not tell; Ark Deploy needs appendonly yes',
  );
  small.disconnect();
});
