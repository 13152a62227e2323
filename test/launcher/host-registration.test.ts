import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ApiClient } from '../../src/launcher/api-client.ts';
import { cordonOthers, registerHosts, type StartedHost } from '../../src/launcher/host-registration.ts';
import { Secret } from '../../src/platform/secret.ts';
import { aHost, aHostKey } from '../hosts/host-builder.ts';
import { ADMIN_TOKEN, HostsBench } from '../hosts/hosts-bench.ts';
import { startTarget, type TargetServer } from '../routing/wire.ts';

let bench: HostsBench;
let server: TargetServer;
let api: ApiClient;

beforeEach(async () => {
  bench = new HostsBench();
  server = await startTarget(bench.app);
  const url = `http://127.0.0.1:${String(server.port)}`;
  api = new ApiClient(url, new Secret(ADMIN_TOKEN), AbortSignal.timeout(10_000));
  for (const { address, current } of [ONE, TWO]) bench.shown.set(`${address}:22`, current.hostKey);
});

afterEach(async () => server.close());

const started = (number: number): StartedHost => ({
  id: `demo-${String(number)}`,
  address: `100.64.20.${String(10 + number)}`,
  current: { hostKey: aHostKey(number) },
});
const [ONE, TWO] = [started(1), started(2)];

/** What a start with these hosts does; the ids of those that are off. */
async function start(...hosts: StartedHost[]): Promise<readonly string[]> {
  await registerHosts(hosts, api);
  return cordonOthers(hosts, api, 'demo-');
}

async function list(): Promise<unknown[]> {
  return (await bench.hosts.list()).map(({ id, name, cordoned }) => [id, name, cordoned]);
}

test('a host of an earlier start that does not run is cordoned and says so, and open when it runs again', async () => {
  expect(await start(ONE, TWO)).toEqual([]);

  expect(await start(ONE)).toEqual(['demo-2']);
  expect(await start(ONE)).toEqual(['demo-2']);
  expect(await list()).toEqual([
    ['demo-1', 'demo-1', false],
    ['demo-2', 'demo-2 (off)', true],
  ]);

  expect(await start(ONE, TWO)).toEqual([]);
  expect(await list()).toEqual([
    ['demo-1', 'demo-1', false],
    ['demo-2', 'demo-2', false],
  ]);
});

test('a host that an operator cordoned stays so, off and on', async () => {
  await start(ONE, TWO);
  await api.cordon('demo-2', 'a new disk');

  await start(ONE);
  await start(ONE, TWO);

  expect(await list()).toContainEqual(['demo-2', 'demo-2', true]);
});

test("machines that are not this program's are left alone", async () => {
  await bench.hosts.put(aHost({ id: 'demo-client' }));
  await bench.hosts.put(aHost({ id: 'cl-b', address: '100.64.10.12' }));

  expect(await start(ONE)).toEqual([]);
  expect((await bench.hosts.list()).map(({ cordoned }) => cordoned)).toEqual([false, false, false]);
});

test('a host whose key changed is pinned anew', async () => {
  await start(ONE);
  const renewed = { ...ONE, current: { hostKey: aHostKey(9) } };
  bench.shown.set(`${ONE.address}:22`, aHostKey(9));

  await start(renewed);

  expect((await bench.hosts.list())[0]?.host_key).toBe(aHostKey(9));
});
