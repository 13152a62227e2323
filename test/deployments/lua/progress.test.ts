import { expect, test } from '@jest/globals';
import { benchPerTest } from '../bench-per-test.ts';
import { dump } from '../dump.ts';
import { abandon, reach, store, storeAgain, switchTo } from '../records.ts';

const at = benchPerTest();
const STOP = { stage: 'stop', status: 'started', at: 1 } as const;

test('the first stage makes a claimed deployment a deploying one', async () => {
  const bench = at();
  const { deployment } = await store(bench);
  await reach(bench, deployment, 'claimed');

  expect(await bench.store.progress(deployment.id, { stage: 'pull', status: 'started', at: 7 }, [])).toBe(
    true,
  );

  expect(await bench.store.deployment(deployment.id)).toMatchObject({ phase: 'deploying' });
  expect(await bench.store.stages(deployment.id)).toEqual([{ stage: 'pull', status: 'started', at: 7 }]);
});

test('a stage names the routes that answer as updating from now on, and only their state changes', async () => {
  const bench = at();
  const { instance, deployment } = await store(bench);
  await reach(bench, deployment, 'retiring');
  await bench.store.finish(deployment.id, []);
  const again = await storeAgain(bench, instance);
  await reach(bench, again.deployment, 'deploying', 2);
  const live = await bench.route(instance.id);

  await bench.store.progress(again.deployment.id, STOP, [instance.id, 'nobody--knows']);

  expect(await bench.route(instance.id)).toEqual({
    ...live,
    state: 'updating',
    revision: expect.any(Number),
  });
  expect(await bench.route('nobody--knows')).toBeNull();

  await abandon(bench, again.deployment.id);
  expect(await bench.route(instance.id)).toEqual({ ...live, revision: expect.any(Number) });
});

test.each(['waiting', 'triggering', 'queued'] as const)('a %s deployment has no stages', async (phase) => {
  const bench = at();
  const { deployment } = await store(bench);
  await reach(bench, deployment, phase);
  const before = await dump(bench.redis, bench.prefix);

  expect(await bench.store.progress(deployment.id, STOP, [])).toBe(false);
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test('after an abandoned decision nothing moves; after a switch the clean-up still tells', async () => {
  const bench = at();
  const gone = await store(bench);
  await reach(bench, gone.deployment, 'deploying');
  await abandon(bench, gone.deployment.id);
  expect(await bench.store.progress(gone.deployment.id, STOP, [])).toBe(false);

  const live = await store(bench);
  await reach(bench, live.deployment, 'verifying', 2);
  await switchTo(bench, live.deployment.id);
  const retire = { stage: 'retire', status: 'started', at: 1 } as const;
  expect(await bench.store.progress(live.deployment.id, retire, [])).toBe(true);
  expect(await bench.store.deployment(live.deployment.id)).toMatchObject({ phase: 'retiring' });
});

test('a job that talks without end fills no memory', async () => {
  const bench = at();
  const { deployment } = await store(bench);
  await reach(bench, deployment, 'claimed');

  for (let count = 0; count < 210; count += 1) await bench.store.progress(deployment.id, STOP, []);

  expect(await bench.store.stages(deployment.id)).toHaveLength(200);
});
