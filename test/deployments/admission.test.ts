import { expect, test } from '@jest/globals';
import { Views } from '../../src/deployments/view-reader.ts';
import type { DeploymentId } from '../../src/deployments/deployment.ts';
import type { HostId } from '../../src/hosts/host.ts';
import { aHost, ORDERER, type Bench } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { must } from './records.ts';

const at = benchPerTest();

const phasesOf = async (bench: Bench, ids: readonly DeploymentId[]) =>
  Promise.all(ids.map(async (id) => (await bench.store.deployment(id))?.phase));

async function pendingOf(bench: Bench, id: DeploymentId) {
  const views = new Views({ store: bench.store, appsUrl: 'http://apps' });
  const view = await views.deployment(must(await bench.store.deployment(id)));
  return must(view.pending ?? undefined);
}

test('of two orders for one instance the second waits and then starts by itself', async () => {
  const bench = at();
  const first = await bench.order();
  await bench.core.tracker.round();
  const second = await bench.core.orders.deployAgain(first.instance_id, {}, ORDERER);
  expect(await phasesOf(bench, [first.deployment_id, second.deployment_id])).toEqual(['queued', 'waiting']);
  expect(await pendingOf(bench, second.deployment_id)).toMatchObject({
    ...{ reason: 'instance_busy', holder: first.deployment_id },
  });

  await bench.runBuild();
  await bench.core.tracker.round();
  const { claim } = await bench.runBuild();

  expect(claim.deployment_id).toBe(second.deployment_id);
  expect(await phasesOf(bench, [first.deployment_id, second.deployment_id])).toEqual([
    'succeeded',
    'succeeded',
  ]);
});

test('a third order replaces the second, which never starts', async () => {
  const bench = at();
  const first = await bench.order();
  await bench.core.tracker.round();
  const second = await bench.core.orders.deployAgain(first.instance_id, {}, ORDERER);
  const third = await bench.core.orders.deployAgain(first.instance_id, {}, ORDERER);

  expect(await bench.store.deployment(second.deployment_id)).toMatchObject({
    ...{ phase: 'superseded', reason: { detail: expect.stringContaining(third.deployment_id) } },
  });
  await bench.runBuild();
  await bench.core.tracker.round();
  await bench.runBuild();

  expect(bench.builds.accepted.map(({ parameters }) => parameters['DEPLOYMENT_ID'])).toEqual([
    first.deployment_id,
    third.deployment_id,
  ]);
});

test('three orders with one slot run one after another, in the order of arrival', async () => {
  const bench = at();
  await bench.hosts.put(aHost({ slots: 1 }));
  const orders = [await bench.order(), await bench.order(), await bench.order()];
  const ids = orders.map(({ deployment_id }) => deployment_id);
  await bench.core.tracker.round();
  expect(await phasesOf(bench, ids)).toEqual(['queued', 'waiting', 'waiting']);
  expect((await bench.store.load(aHost().id)).waiting).toEqual(ids.slice(1));
  expect(await pendingOf(bench, must(ids[0]))).not.toHaveProperty('position');
  expect(await pendingOf(bench, must(ids[1]))).toMatchObject({ position: 1 });
  expect(await pendingOf(bench, must(ids[2]))).toMatchObject({
    ...{ reason: 'host_full', holder: ids[0], position: 2 },
  });

  const ran: DeploymentId[] = [];
  for (let count = 0; count < 3; count += 1) {
    ran.push((await bench.runBuild()).claim.deployment_id);
    await bench.core.tracker.round();
  }

  expect(ran).toEqual(ids);
});

test('an order that is cancelled while it waits lets the next one move up', async () => {
  const bench = at();
  await bench.hosts.put(aHost({ slots: 1 }));
  await bench.order();
  const second = await bench.order();
  const third = await bench.order();
  await bench.core.tracker.round();
  await bench.core.orders.cancel(second.deployment_id, ORDERER);

  await bench.runBuild();
  await bench.core.tracker.round();

  expect(await phasesOf(bench, [third.deployment_id])).toEqual(['queued']);
});

test('the queue of one host holds up no other', async () => {
  const bench = at();
  await bench.hosts.put(aHost({ slots: 1 }));
  await bench.hosts.put(aHost({ id: 'cl-b' as HostId, address: '100.64.30.12', slots: 1 }));
  await bench.order('cl-a');
  const behind = await bench.order('cl-a');
  const elsewhere = await bench.order('cl-b');
  await bench.core.tracker.round();

  expect(await phasesOf(bench, [behind.deployment_id, elsewhere.deployment_id])).toEqual([
    'waiting',
    'queued',
  ]);
});

test('orders that come at the same moment take no more slots than there are', async () => {
  const bench = at();
  const orders = await Promise.all([1, 2, 3, 4, 5].map(() => bench.order()));
  await bench.core.tracker.round();

  const phases = await phasesOf(
    bench,
    orders.map(({ deployment_id }) => deployment_id),
  );
  expect(phases.filter((phase) => phase === 'queued')).toHaveLength(2);
  expect(phases.filter((phase) => phase === 'waiting')).toHaveLength(3);
  expect(bench.builds.accepted).toHaveLength(2);
});

test('an order that an operator holds back says so, and names nobody as its holder', async () => {
  const bench = at();
  await bench.order();
  await bench.core.tracker.round();
  await bench.redis.set(`${bench.prefix}frozen`, '1');
  const frozen = await bench.order();
  expect(await pendingOf(bench, frozen.deployment_id)).toMatchObject({ reason: 'frozen' });

  await bench.redis.del(`${bench.prefix}frozen`);
  await bench.hosts.put(aHost({ cordoned: true }));
  const pending = await pendingOf(bench, frozen.deployment_id);
  expect([pending.reason, pending.holder]).toEqual(['host_cordoned', undefined]);
});
