import { expect, test } from '@jest/globals';
import type { InstanceId } from '../../src/deployments/instance.ts';
import type { InspectedContainer } from '../../src/hosts/container-inspector.ts';
import { AppError } from '../../src/platform/errors.ts';
import { aHost, never, ORDERER } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { dump } from './dump.ts';
import { must } from './records.ts';

const at = benchPerTest();
const BECAUSE = { by: 'eva', why: 'The old one still runs' };
const ID = 'c0ffee0000c0ffee';
const PORT = 20_050;

const instanceOf = async (id: string) => must(await at().store.instance(id as InstanceId));

/** A live instance, and a container of its live release that runs on another port than the route says. */
async function liveWithContainer(changes: Partial<InspectedContainer> = {}) {
  const { instance_id: id } = await at().bringLive();
  const instance = await instanceOf(id);
  const container: InspectedContainer = {
    id: ID,
    running: true,
    labels: {
      'ark.instance': id,
      'ark.seq': instance.live_seq,
      'ark.release': instance.live_release,
      'com.docker.compose.service': 'web',
    },
    published: [{ container_port: 8080, host_ip: aHost().address, host_port: PORT }],
    ...changes,
  };
  at().containers.set(ID, container);
  return { instance, container };
}

async function setRoute(id: string, endpoint?: string) {
  const { breakGlass } = at();
  return breakGlass.setRoute(
    await instanceOf(id),
    { containerId: ID, endpoint },
    { ...BECAUSE, signal: never },
  );
}

test('a link leads to a container of the live release that its host proves', async () => {
  const { instance } = await liveWithContainer();
  const before = must((await at().route(instance.id)) ?? undefined);
  const resting = `${at().prefix}host:cl-a:quarantine`;
  await at().redis.zadd(resting, at().now + 60_000, String(PORT));

  const route = await setRoute(instance.id);

  expect(route).toMatchObject({ state: 'live', target_port: PORT, container_id: ID });
  expect(await at().route(instance.id)).toEqual(route);
  expect(Number(route.seq)).toBeGreaterThan(Number(before['seq']));
  const { live_release, live_seq, live_endpoints, live_deployment } = instance;
  expect(await instanceOf(instance.id)).toMatchObject({
    ...{ live_release, live_seq, live_endpoints, live_deployment, last_seq: route.seq },
  });
  const ports = await at().redis.hgetall(`${at().prefix}host:cl-a:ports`);
  expect(ports[String(PORT)]).toBe(`${instance.id}-${instance.live_seq}`);
  expect(await at().redis.zscore(resting, String(PORT))).toBeNull();
});

test('a container of an older release takes the pointers along, and the next deployment keeps it', async () => {
  const bench = at();
  const { instance: old } = await liveWithContainer();
  await bench.core.orders.deployAgain(old.id, {}, ORDERER);
  await bench.runBuild();
  expect((await instanceOf(old.id)).live_seq).not.toBe(old.live_seq);

  await setRoute(old.id);

  const { live_release, live_seq, live_deployment } = old;
  expect(await instanceOf(old.id)).toMatchObject({ live_release, live_seq, live_deployment });
  await bench.core.orders.deployAgain(old.id, {}, ORDERER);
  const { claim } = await bench.runBuild();
  expect(claim.keep).toContain(`${old.id}-${old.live_seq}`);
  expect(await bench.route(old.id)).toMatchObject({ state: 'live', seq: claim.seq });
});

test('a withdrawn link shows its tombstone with the reason, stays away, and can be set again', async () => {
  const bench = at();
  const { instance } = await liveWithContainer();

  const gone = await bench.breakGlass.withdrawRoute(instance, undefined, BECAUSE);
  expect(gone).toMatchObject({ state: 'withdrawn', reason: BECAUSE.why, seq: instance.live_seq });
  expect(await bench.breakGlass.withdrawRoute(instance, 'web', BECAUSE)).toEqual(gone);
  expect(await instanceOf(instance.id)).toMatchObject({ live_seq: instance.live_seq });

  expect(await setRoute(instance.id)).toMatchObject({ state: 'live', target_port: PORT });
});

test('who follows the changes learns which link was withdrawn and set, and by whom', async () => {
  const { instance } = await liveWithContainer();
  await at().breakGlass.withdrawRoute(instance, undefined, BECAUSE);
  await setRoute(instance.id);

  const events = await at().redis.xrevrange(`${at().prefix}events`, '+', '-', 'COUNT', 2);

  expect(events.map(([, fields]) => [fields[1], ...fields.slice(-4)])).toEqual([
    ['route_set', 'detail', instance.id, 'by', 'eva'],
    ['route_withdrawn', 'detail', instance.id, 'by', 'eva'],
  ]);
});

test('the next deployment brings a withdrawn link back', async () => {
  const bench = at();
  const { instance } = await liveWithContainer();
  await bench.breakGlass.withdrawRoute(instance, undefined, BECAUSE);
  await bench.core.orders.deployAgain(instance.id, {}, ORDERER);

  await bench.runBuild();

  expect(await bench.route(instance.id)).toMatchObject({ state: 'live' });
});

test('an endpoint without a route cannot be withdrawn', async () => {
  const { instance } = await liveWithContainer();

  await expect(at().breakGlass.withdrawRoute(instance, 'admin', BECAUSE)).rejects.toMatchObject({
    code: 'conflict',
  });
});

const labels = (changes: Record<string, string>) => (container: InspectedContainer) => ({
  labels: { ...container.labels, ...changes },
});
const published = (changes: object) => (container: InspectedContainer) => ({
  published: container.published.map((port) => ({ ...port, ...changes })),
});

test.each<[string, (container: InspectedContainer) => Partial<InspectedContainer>]>([
  ['has the label of another instance', labels({ 'ark.instance': 'other-aaaaaaaaaa' })],
  ['has no labels', () => ({ labels: {} })],
  ['is stopped', () => ({ running: false })],
  ['belongs to the data project', labels({ 'ark.seq': '' })],
  ['is of a release that nobody knows', labels({ 'ark.release': 'r-00000000000000000000' })],
  ['names a release as nobody would', labels({ 'ark.release': '../../host:cl-a' })],
  ['runs another service', labels({ 'com.docker.compose.service': 'db' })],
  ['publishes nothing', () => ({ published: [] })],
  ['publishes another port', published({ container_port: 9090 })],
  ['publishes on all addresses', published({ host_ip: '0.0.0.0' })],
  ['publishes outside the range of its host', published({ host_port: 8080 })],
])('a container that %s proves nothing, and nothing changes', async (_what, change) => {
  const bench = at();
  const { instance, container } = await liveWithContainer();
  bench.containers.set(ID, { ...container, ...change(container) });
  const before = await dump(bench.redis, bench.prefix);

  await expect(setRoute(instance.id)).rejects.toMatchObject({ code: 'target_not_proven' });
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});

test.each<[string, (id: string) => Promise<unknown>]>([
  ['while a deployment is at work', (id) => at().core.orders.deployAgain(id as InstanceId, {}, ORDERER)],
  [
    'while the instance is to be removed',
    (id) => at().core.orders.remove(id as InstanceId, { keepData: false }, ORDERER),
  ],
  [
    'while the port belongs to somebody else',
    () => at().redis.hset(`${at().prefix}host:cl-a:ports`, String(PORT), 'other-1'),
  ],
])('%s no route is set', async (_what, prepare) => {
  const bench = at();
  const { instance } = await liveWithContainer();
  const before = await bench.route(instance.id);
  await prepare(instance.id);

  await expect(setRoute(instance.id)).rejects.toMatchObject({ code: 'conflict' });
  expect(await bench.route(instance.id)).toEqual(before);
  expect(await instanceOf(instance.id)).toMatchObject({ live_seq: instance.live_seq });
});

test('a container that the host does not have is said so', async () => {
  const { instance } = await liveWithContainer();
  at().containers.clear();

  await expect(setRoute(instance.id)).rejects.toThrow(
    new AppError('target_not_proven', 'Host cl-a has no such container'),
  );
});

/** An instance with a further endpoint that went live twice, and both containers of its first release. */
async function twoEndpointsLiveTwice() {
  const bench = at();
  const admin = { name: 'admin', service: 'admin', port: 9090, primary: false };
  bench.product = { ...bench.product, endpoints: [...bench.product.endpoints, admin] };
  const { instance, container } = await liveWithContainer();
  bench.containers.set(ADMIN_ID, {
    ...container,
    id: ADMIN_ID,
    labels: { ...container.labels, 'com.docker.compose.service': 'admin' },
    published: [{ container_port: 9090, host_ip: aHost().address, host_port: PORT + 1 }],
  });
  await bench.core.orders.deployAgain(instance.id, {}, ORDERER);
  await bench.runBuild();
  return instance;
}

const ADMIN_ID = 'ad01ad01ad01';
const setAdmin = async (id: string) =>
  at().breakGlass.setRoute(
    await instanceOf(id),
    { containerId: ADMIN_ID, endpoint: 'admin' },
    { ...BECAUSE, signal: never },
  );

test('a further endpoint of another release than the live one is not set alone', async () => {
  const { id } = await twoEndpointsLiveTwice();
  const before = await at().route(`${id}--admin`);

  await expect(setAdmin(id)).rejects.toMatchObject({ code: 'conflict' });
  expect(await at().route(`${id}--admin`)).toEqual(before);
});

test('the primary link of another release takes the further links of the one before away, until they are set', async () => {
  const { id } = await twoEndpointsLiveTwice();

  await setRoute(id);
  expect(await at().route(`${id}--admin`)).toMatchObject({ state: 'withdrawn', reason: BECAUSE.why });
  expect(await instanceOf(id)).toMatchObject({ live_endpoints: [id] });

  expect(await setAdmin(id)).toMatchObject({ state: 'live', target_port: PORT + 1 });
  expect(await instanceOf(id)).toMatchObject({ live_endpoints: [id, `${id}--admin`] });
});

test('a further link is withdrawn by the name of its endpoint, and the primary one stays', async () => {
  const instance = await twoEndpointsLiveTwice();
  await at().breakGlass.withdrawRoute(await instanceOf(instance.id), 'admin', BECAUSE);

  expect(await at().route(`${instance.id}--admin`)).toMatchObject({ state: 'withdrawn' });
  expect(await at().route(instance.id)).toMatchObject({ state: 'live' });
});
