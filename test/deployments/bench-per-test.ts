import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import type { Redis } from 'ioredis';
import { connectRedis } from '../../src/platform/redis.ts';
import { startRedis, type TestRedis } from '../testbed/redis.ts';
import { aHost, Bench } from './bench.ts';

/** A fresh bench for every test of a file, with one host, on one real Redis; `at()` gives the present one. */
export function benchPerTest(): () => Bench {
  let server: TestRedis;
  let redis: Redis;
  let bench: Bench | undefined;

  beforeAll(async () => {
    server = await startRedis();
    redis = await connectRedis({ url: server.url, name: 'test' });
  });
  afterAll(async () => {
    redis.disconnect();
    await server.close();
  });
  beforeEach(async () => {
    bench = new Bench(redis);
    await bench.hosts.put(aHost());
  });
  afterEach(async () => {
    await bench?.close();
  });

  return () => {
    if (!bench) throw new Error('there is a bench only while a test runs');
    return bench;
  };
}
