import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startClientHost, type ClientHost } from '../../src/launcher/client-host.ts';
import { attempt, run } from '../../src/launcher/command.ts';
import { hostGroups } from '../../src/launcher/host-leftovers.ts';
import { bridgeOwner } from '../../src/launcher/host-network.ts';
import { pollUntil } from '../../src/platform/polling.ts';
import { startTestHosts, type TestHosts } from '../testbed/hosts.ts';
import { importTinyImage } from '../testbed/tiny-image.ts';

const signal = AbortSignal.timeout(110_000);
let bed: TestHosts;
let first: ClientHost;
let second: ClientHost;

beforeAll(async () => {
  bed = await startTestHosts({ count: 2 }, signal);
  [first, second] = bed.hosts as [ClientHost, ClientHost];
}, 60_000);

afterAll(async () => bed.close(), 30_000);

function ssh(host: ClientHost, command: string): string[] {
  const options = [
    '-o',
    'BatchMode=yes',
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
  ];
  return [
    'ssh',
    '-i',
    bed.privateKeyPath,
    ...options,
    '-o',
    'LogLevel=ERROR',
    `ark@${host.address}`,
    command,
  ];
}

async function get(host: ClientHost, port: number): Promise<string | undefined> {
  const url = `http://${host.address}:${String(port)}/`;
  return fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    async (response) => response.text(),
    () => undefined,
  );
}

async function eventually(host: ClientHost, port: number): Promise<string | undefined> {
  return pollUntil(async () => get(host, port), { everyMs: 100, timeoutMs: 10_000, signal });
}

async function runTiny(host: ClientHost, port: number, text: string): Promise<void> {
  await importTinyImage(host, 'tiny:1', text);
  const publish = `${host.address}:${String(port)}:8080`;
  await host.docker([
    'run',
    '-d',
    '--init',
    '--restart',
    'unless-stopped',
    '--name',
    `tiny-${String(port)}`,
    '-p',
    publish,
    'tiny:1',
  ]);
}

test('each host logs in user ark over SSH under its own name, in group docker', async () => {
  const answers = await Promise.all(
    bed.hosts.map(async (host) => run(ssh(host, 'hostname; id -nG; stat -c "%U %a" /opt/ark'))),
  );

  expect(answers.map((answer) => answer.stdout.trim().split('\n'))).toEqual([
    ['t-1', 'ark docker', 'ark 700'],
    ['t-2', 'ark docker', 'ark 700'],
  ]);
});

test('each host shows the key that it was started with', async () => {
  const scan = await run(['ssh-keyscan', '-t', 'ed25519', first.address]);

  expect(scan.stdout).toContain(first.hostKey);
  expect(first.hostKey).not.toBe(second.hostKey);
});

test('each host has an engine of its own and a private /opt', async () => {
  const ids = await Promise.all(bed.hosts.map(async (host) => host.docker(['info', '--format', '{{.ID}}'])));
  await run(ssh(first, 'touch /opt/ark/only-here'));

  expect(new Set(ids).size).toBe(2);
  expect((await attempt(ssh(second, 'ls /opt/ark/only-here'))).code).not.toBe(0);
  expect(existsSync('/opt/ark/only-here')).toBe(false);
});

test('both hosts publish one port number at a time, each on its own address', async () => {
  await Promise.all([runTiny(first, 20_100, 'one'), runTiny(second, 20_100, 'two')]);

  expect([await eventually(first, 20_100), await eventually(second, 20_100)]).toEqual(['one', 'two']);
});

test('a restart of the engine brings the containers back on their ports', async () => {
  await runTiny(first, 20_101, 'again');
  const before = await first.docker(['inspect', '-f', '{{.State.StartedAt}}', 'tiny-20101']);

  await first.restartEngine(signal);

  expect(await eventually(first, 20_101)).toBe('again');
  expect(await first.docker(['inspect', '-f', '{{.State.StartedAt}}', 'tiny-20101'])).not.toBe(before);
}, 40_000);

test('the engine comes back after kill -9', async () => {
  const pid = (await second.exec(['cat', '/run/docker.pid'])).stdout.trim();

  await second.exec(['kill', '-KILL', pid]);
  await second.waitUntilReady(signal, pid);

  expect(await second.docker(['version', '--format', '{{.Server.Version}}'])).not.toBe('');
}, 40_000);

test('a look-up of an unknown name in a container fails at once', async () => {
  await importTinyImage(second, 'tiny:dns', 'dns');
  await second.docker(['network', 'create', 'own']);
  const startedAt = Date.now();

  const args = ['run', '--rm', '--network', 'own', 'tiny:dns', 'nslookup', 'nowhere.example'];
  const answer = await second.docker(args).catch((error: unknown) => String(error));

  expect(answer).toMatch(/NXDOMAIN|can't resolve/);
  expect(Date.now() - startedAt).toBeLessThan(4000);
});

test('a host started again keeps its key and its containers', async () => {
  const options = { name: 'kept', address: first.address.replace(/11$/, '31'), network: bed.network };
  const state = { stateDir: join(first.dir, '..'), authorizedKey: 'ssh-ed25519 AAAA nobody' };
  const before = await startClientHost({ ...options, ...state }, signal);
  await runTiny(before, 20_100, 'kept');
  await before.close();
  expect(await get(before, 20_100)).toBeUndefined();

  const after = await startClientHost({ ...options, ...state }, signal);

  expect(after.hostKey).toBe(before.hostKey);
  expect(await eventually(after, 20_100)).toBe('kept');
  await after.destroy();
  expect(statSync(after.dir, { throwIfNoEntry: false })).toBeUndefined();
}, 60_000);

test('hosts, bridge and control groups of a killed run are gone or replaced by the next', async () => {
  const script = join(import.meta.dirname, '../testbed/hosts-until-killed.ts');
  const node = join(import.meta.dirname, '../../node_modules/.bin/node');
  const died = await attempt([node, script], { timeoutMs: 60_000, signal });
  const [bridge = '', dir = '', pid = ''] = died.stdout.trim().split(' ');
  expect(died.code).toBe(-1);
  const gone = async (): Promise<true | undefined> =>
    Promise.resolve(existsSync(`/proc/${pid}`) ? undefined : true);
  expect(await pollUntil(gone, { everyMs: 50, timeoutMs: 10_000, signal })).toBe(true);
  expect(await bridgeOwner(bridge)).toBe('dead');
  const groups = new RegExp(`^${bridge}-`);
  expect(hostGroups(groups)).toEqual([`${bridge}-t-1`]);

  const next = await startTestHosts({ count: 1, stateDir: dir }, signal);

  expect(await bridgeOwner(bridge)).toBe('none');
  expect(hostGroups(groups)).toEqual([]);
  expect(await next.hosts[0]?.docker(['ps', '-aq'])).not.toBe('');
  await next.close();
  rmSync(dir, { recursive: true, force: true });
}, 90_000);
