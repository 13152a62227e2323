import { expect, test } from '@jest/globals';
import type { QueueId } from '../../../src/deployments/build-server.ts';
import { aHost } from '../bench.ts';
import { benchPerTest } from '../bench-per-test.ts';
import { dump } from '../dump.ts';
import { claimBy, must, reach, store } from '../records.ts';

const at = benchPerTest();

test('from an expected phase it goes on, with its fields and the time', async () => {
  const bench = at();
  const { deployment } = await store(bench);
  await reach(bench, deployment, 'triggering');
  bench.now += 5_000;

  const fields = { queue_id: '9223372036854775807' as QueueId };
  expect(await bench.store.advance(deployment.id, { from: ['triggering'], to: 'queued', fields })).toBe(true);

  expect(await bench.store.deployment(deployment.id)).toMatchObject({
    phase: 'queued',
    queue_id: '9223372036854775807',
    times: { queued: bench.now },
  });
});

test('from any other phase nothing is written', async () => {
  const bench = at();
  const { deployment } = await store(bench);
  await reach(bench, deployment, 'claimed');
  const before = await dump(bench.redis, bench.prefix);

  const late = { from: ['triggering'], to: 'queued', fields: { queue_why: 'late' }, finish: true } as const;
  expect(await bench.store.advance(deployment.id, late)).toBe(false);

  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test('an end without a build gives lock and slot back at once', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'queued');

  await bench.store.advance(deployment.id, { from: ['queued'], to: 'timed_out', finish: true });

  expect(await bench.store.instance(instance.id)).toMatchObject({ active: '' });
  expect(await bench.store.load(aHost().id)).toEqual({ active: [], waiting: [] });
  expect(await bench.store.open()).toEqual([]);
});

test('an end without finish leaves lock and slot to the build that still runs', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'queued');

  await bench.store.advance(deployment.id, { from: ['queued'], to: 'timed_out' });

  expect(await bench.store.instance(instance.id)).toMatchObject({ active: deployment.id });
  expect(await bench.store.open()).toEqual([deployment.id]);
});

test('ports that were offered and not taken are free again, once', async () => {
  const bench = at();
  await bench.hosts.put(aHost({ port_min: 20_000, port_max: 20_005 }));
  const first = await store(bench);
  const ready = { from: ['claimed', 'verifying'], to: 'verifying', freePorts: [20_001, 20_002] } as const;
  await reach(bench, first.deployment, 'claimed');
  await bench.store.advance(first.deployment.id, ready);
  expect(await bench.redis.hkeys(`${bench.prefix}host:cl-a:ports`)).toEqual(['20000']);

  const second = await store(bench);
  await reach(bench, second.deployment, 'queued');
  await bench.redis.set(`${bench.prefix}host:cl-a:port_cursor`, '1');
  await claimBy(bench, second.deployment, 2);
  const { ports } = must(await bench.store.deployment(second.deployment.id));
  expect(ports).toEqual({ web: [20_001, 20_002, 20_003] });

  // the same ready again, as the client repeats it: the ports belong to somebody else now
  await bench.store.advance(first.deployment.id, ready);
  expect((await bench.redis.hkeys(`${bench.prefix}host:cl-a:ports`)).sort()).toEqual([
    '20000',
    '20001',
    '20002',
    '20003',
  ]);
});
