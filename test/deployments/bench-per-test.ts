import { afterEach, beforeEach } from '@jest/globals';
import { redisForFile } from '../testbed/redis-for-file.ts';
import { aHost, Bench } from './bench.ts';

/** A fresh bench for every test of a file, with one host, on one real Redis; `at()` gives the present one. */
export function benchPerTest(): () => Bench {
  const redis = redisForFile();
  let bench: Bench | undefined;

  beforeEach(async () => {
    bench = new Bench(redis());
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
