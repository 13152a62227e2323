import { expect, test } from '@jest/globals';
import type { DeploymentFilter, InstanceFilter, PageQuery } from '../../src/deployments/deployment-store.ts';
import { aHost } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';

const at = benchPerTest();
const PAGE: PageQuery = { limit: 50 };

const instances = async (filter: InstanceFilter, page = PAGE) => {
  const { items, total } = await at().store.instances(page, filter);
  return { total, clients: items.map(({ client_name }) => client_name) };
};
const deployments = async (filter: DeploymentFilter) => {
  const { items, total } = await at().store.deployments(PAGE, filter);
  return { total, ids: items.map(({ id }) => id) };
};

/** Acme runs on cl-a; Beta waits on cl-b, which came a second later. */
async function twoClients() {
  const bench = at();
  await bench.hosts.put(aHost({ id: 'cl-b' as never, address: '100.64.30.12', slots: 1 }));
  const acme = await bench.bringLive();
  bench.now += 1_000;
  const beta = await bench.order('cl-b', 'Beta');
  return { acme, beta };
}

test('instances are listed by each of their facts, newest first, with totals', async () => {
  await twoClients();

  expect(await instances({})).toEqual({ total: 2, clients: ['Beta', 'Acme'] });
  expect(await instances({ product: 'hello' })).toEqual({ total: 2, clients: ['Beta', 'Acme'] });
  expect(await instances({ host: 'cl-a' })).toEqual({ total: 1, clients: ['Acme'] });
  expect(await instances({ environment: 'test' })).toEqual({ total: 0, clients: [] });
  expect(await instances({ client: 'Beta' })).toEqual({ total: 1, clients: ['Beta'] });
  expect(await instances({ status: 'running' })).toEqual({ total: 1, clients: ['Acme'] });
  expect(await instances({ status: 'pending' })).toEqual({ total: 1, clients: ['Beta'] });
});

test('several facts together, and a page of what fits them', async () => {
  await twoClients();

  expect(await instances({ product: 'hello', status: 'running' })).toEqual({ total: 1, clients: ['Acme'] });
  expect(await instances({ host: 'cl-a', status: 'pending' })).toEqual({ total: 0, clients: [] });
  const both = { product: 'hello', environment: 'prod' };
  const { next } = await at().store.instances({ limit: 1 }, both);
  expect(await instances(both, { after: next!, limit: 1 })).toEqual({ total: 2, clients: ['Acme'] });
});

test('deployments are listed by instance, product, host, phase, and whether they are open', async () => {
  const { acme, beta } = await twoClients();

  expect(await deployments({ instance: acme.instance_id })).toEqual({ total: 1, ids: [acme.deployment_id] });
  expect(await deployments({ product: 'hello', host: 'cl-b' })).toMatchObject({ ids: [beta.deployment_id] });
  expect(await deployments({ phase: 'succeeded' })).toMatchObject({ ids: [acme.deployment_id] });
  expect(await deployments({ open: true })).toEqual({ total: 1, ids: [beta.deployment_id] });
  expect(await deployments({ open: true, host: 'cl-a' })).toEqual({ total: 0, ids: [] });
});
