import { afterAll, beforeAll } from '@jest/globals';
import { connectRedis, type Redis } from '../../src/platform/redis.ts';
import { startRedis, type TestRedis } from './redis.ts';

/** One real Redis for all tests of a file; the function gives the connection while tests run. */
export function redisForFile(): () => Redis {
  let server: TestRedis | undefined;
  let redis: Redis | undefined;

  beforeAll(async () => {
    server = await startRedis();
    redis = await connectRedis({ url: server.url, name: 'test' });
  });
  afterAll(async () => {
    redis?.disconnect();
    await server?.close();
  });

  return () => {
    if (!redis) throw new Error('there is a Redis only while tests run');
    return redis;
  };
}
