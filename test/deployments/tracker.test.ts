import { expect, jest, test } from '@jest/globals';
import type { HostId } from '../../src/hosts/host.ts';
import { aHost } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';

// One deployment or host that fails stops none of the others.

const at = benchPerTest();

test('a record that cannot be read stops no other deployment', async () => {
  const bench = at();
  const frozen = `${bench.prefix}frozen`;
  await bench.redis.set(frozen, '1');
  const damaged = await bench.order();
  const other = await bench.order();
  await bench.redis.del(frozen);
  await bench.redis.hset(`${bench.prefix}deployment:${damaged.deployment_id}`, 'build', '{');

  await bench.core.tracker.round();

  expect(await bench.store.deployment(other.deployment_id)).toMatchObject({ phase: 'queued' });
});

test('a host that cannot be looked at stops no other host', async () => {
  const bench = at();
  await bench.hosts.put(aHost({ id: 'cl-b' as HostId, address: '100.64.30.12' }));
  await bench.redis.set(`${bench.prefix}frozen`, '1');
  await bench.order('cl-a');
  const elsewhere = await bench.order('cl-b');
  await bench.redis.del(`${bench.prefix}frozen`);
  await bench.redis.set(`${bench.prefix}host:cl-a`, '{');

  await bench.core.tracker.round();

  expect(await bench.store.deployment(elsewhere.deployment_id)).toMatchObject({ phase: 'queued' });
});

test('who stands in line is read once in a round, and takes no step until it is late', async () => {
  const bench = at();
  await bench.hosts.put(aHost({ slots: 1 }));
  await bench.order();
  const behind = await bench.order();
  await bench.core.tracker.round();
  const read = jest.spyOn(bench.store, 'deployment');

  await bench.core.tracker.round();
  expect(read.mock.calls.filter(([id]) => id === behind.deployment_id)).toHaveLength(1);

  bench.now += 900_001;
  await bench.core.tracker.round();
  expect(await bench.store.deployment(behind.deployment_id)).toMatchObject({ phase: 'timed_out' });
});
