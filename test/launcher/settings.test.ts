import { expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprint } from '../../src/launcher/host-registration.ts';
import { render } from '../../src/launcher/jenkins-service.ts';
import { checkPorts } from '../../src/launcher/ports.ts';
import { readSettings } from '../../src/launcher/settings.ts';

test('without flags and variables there is one demo host on the documented ports', () => {
  const { ports, hosts, demo, pagesUrl, appsUrl } = readSettings([], { ARK_STATE_DIR: '/none' });

  expect(Object.values(ports).map(({ port }) => port)).toEqual([3000, 3001, 5050, 5051, 6390, 8090]);
  expect([hosts, demo, pagesUrl, appsUrl]).toEqual([
    1,
    true,
    'http://127.0.0.1:3000',
    'http://127.0.0.1:3001',
  ]);
});

test('flags choose the number of hosts or none', () => {
  expect(readSettings(['--hosts', '2'], {}).hosts).toBe(2);
  expect(readSettings(['--hosts=3'], {}).hosts).toBe(3);
  expect(readSettings(['--no-demo', '--hosts', '2'], {})).toMatchObject({ hosts: 0, demo: false });
});

test('without a number all hosts of earlier starts are started, and with one only so many', () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'ark-settings-'));
  for (const name of ['demo-1', 'demo-3', 'demo-x', 'demo-70'])
    mkdirSync(join(stateDir, 'hosts', name), { recursive: true });
  const env = { ARK_STATE_DIR: stateDir };

  expect(readSettings([], env).hosts).toBe(3);
  expect(readSettings(['--hosts', '2'], env).hosts).toBe(2);
  expect(readSettings(['--no-demo'], env).hosts).toBe(0);
  rmSync(stateDir, { recursive: true });
});

test.each([
  [['--host', '2'], {}, 'Unknown argument --host'],
  [['--hosts', '0'], {}, 'from 1 to 8'],
  [['--hosts'], {}, 'from 1 to 8'],
  [[], { ARK_PAGES_PORT: '70000' }, 'ARK_PAGES_PORT must be a whole number'],
  [[], { ARK_HOSTS_BRIDGE: 'a-name-that-is-too-long' }, 'ARK_HOSTS_BRIDGE'],
  [[], { ARK_HOSTS_SUBNET: '10.0.0.0/8' }, 'ARK_HOSTS_SUBNET'],
])('%j with %j is refused', (args, env, message) => {
  expect(() => readSettings(args, env)).toThrow(message);
});

test('taken ports are named with the variables that move them', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const settings = readSettings([], { ARK_JENKINS_PORT: String(port) });
  const ports = { ...settings.ports };
  await expect(checkPorts({ ...settings, ports })).rejects.toThrow(
    `port ${String(port)} of 127.0.0.1 (ARK_JENKINS_PORT)`,
  );

  server.close();
});

test('job files get their values as they are, and none that would end the literal', () => {
  expect(render("A = '@ARK_HOME@'", { ARK_HOME: '/opt/$& ark' })).toBe("A = '/opt/$& ark'");
  expect(() => render('@ARK_HOME@', { ARK_HOME: "/it's" })).toThrow('no quote');
});

test('a fingerprint is the one that ssh-keygen shows', () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';

  expect(fingerprint(key)).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU');
});
