import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Host } from '../../src/hosts/host.ts';
import { readInspection, sshContainers } from '../../src/hosts/ssh-containers.ts';
import { Secret } from '../../src/platform/secret.ts';
import { run } from '../../src/launcher/command.ts';
import { startTestHosts, type TestHosts } from '../testbed/hosts.ts';
import { importTinyImage } from '../testbed/tiny-image.ts';
import { aHost, aHostKey } from './host-builder.ts';

const { signal } = new AbortController();
let bed: TestHosts;
let host: Host;
let key: Secret;
let id: string;

beforeAll(async () => {
  bed = await startTestHosts({ count: 1 }, signal);
  const [first] = bed.hosts;
  if (first === undefined) throw new Error('no host');
  host = aHost({ address: first.address, host_key: first.hostKey });
  key = new Secret(readFileSync(bed.privateKeyPath, 'utf8').trim());
  await importTinyImage(first, 'ark/page:1', 'a page');
  const ports = `${first.address}:20017:8080`;
  const labels = ['--label', 'ark.instance=acme-k3v9x2m4qa', '--label', 'ark.seq=7'];
  const argv = [
    'docker',
    '-H',
    `unix://${first.dockerSocket}`,
    'run',
    '-d',
    '-p',
    ports,
    ...labels,
    'ark/page:1',
  ];
  id = (await run(argv, { signal })).stdout.trim();
}, 60_000);
afterAll(async () => bed.close(), 30_000);

test('a running container is told with its labels and the ports that it publishes', async () => {
  expect(await sshContainers(key).inspect(host, id, signal)).toEqual({
    id,
    running: true,
    labels: { 'ark.instance': 'acme-k3v9x2m4qa', 'ark.seq': '7' },
    published: [{ container_port: 8080, host_ip: host.address, host_port: 20017 }],
  });
  expect(await sshContainers(key).inspect(host, id.slice(0, 12), signal)).toMatchObject({ id });
});

test('a container that is not there is undefined, and so is what is no id', async () => {
  expect(await sshContainers(key).inspect(host, 'c0ffee0000c0', signal)).toBeUndefined();
  expect(await sshContainers(key).inspect(host, '; touch /tmp/x', signal)).toBeUndefined();
});

test('a machine with another key than the pinned one is asked nothing', async () => {
  const other = { ...host, host_key: aHostKey(9) };

  await expect(sshContainers(key).inspect(other, id, signal)).rejects.toMatchObject({
    code: 'host_key_mismatch',
  });
});

test.each<[string, Partial<Host>, RegExp]>([
  ['that does not answer', { ssh_port: 9 }, /does not answer over SSH/],
  ['that does not know the user', { ssh_user: 'nobody-here' }, /does not let nobody-here in with our key/],
])('a host %s is unreachable', async (_what, change, words) => {
  const asked = sshContainers(key).inspect({ ...host, ...change }, id, signal);

  await expect(asked).rejects.toMatchObject({
    code: 'host_unreachable',
    message: expect.stringMatching(words) as unknown,
  });
});

test('without a key nothing is asked', async () => {
  await expect(sshContainers(undefined).inspect(host, id, signal)).rejects.toMatchObject({
    code: 'conflict',
  });
});

test('who goes away meanwhile ends the wait', async () => {
  const gone = new AbortController();
  const asked = sshContainers(key).inspect(host, id, gone.signal);
  gone.abort(new Error('gone'));

  await expect(asked).rejects.toThrow('gone');
});

test.each(['', 'null', '[]', '[{}]', '[{"Id":7}]', '{"Id":"x"}'])('%j is no inspection', (text) => {
  expect(readInspection(text)).toBeUndefined();
});
