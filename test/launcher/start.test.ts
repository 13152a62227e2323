import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { OwnedProcess } from '../../src/launcher/owned-process.ts';
import { Installation } from '../testbed/installation.ts';
import { until } from '../testbed/until.ts';

let installation: Installation;

beforeAll(async () => {
  installation = await Installation.make();
});

afterAll(async () => installation.remove(), 60_000);

type Act = (npm: OwnedProcess) => void;
const tell =
  (signal: NodeJS.Signals): Act =>
  ({ pid }) =>
    process.kill(pid, signal);

test.each<[string, Act, string]>([
  ['SIGINT for npm alone', tell('SIGINT'), 'exit code 0'],
  ['SIGTERM for npm alone', tell('SIGTERM'), 'exit code 0'],
  [
    'SIGTERM for the whole group, twice',
    ({ pid }) => [1, 2].forEach(() => process.kill(-pid, 'SIGTERM')),
    'exit code 0',
  ],
  ['SIGHUP for npm alone, which dies without passing it on,', tell('SIGHUP'), 'signal SIGHUP'],
])(
  '%s stops all that npm start started, in order',
  async (name, act, ending) => {
    const npm = installation.start(name, '--no-demo');
    await installation.untilUp(name, npm);

    act(npm);

    expect(await npm.ended).toBe(ending);
    expect(
      await until(
        async () => installation.leftovers(),
        (left) => left.length === 0,
      ),
    ).toEqual([]);
    expect(installation.said(name)).toContain('All stopped');
    expect(installation.said(name)).not.toContain('Did not end in time');
    expect(existsSync(installation.runFilePath)).toBe(false);
  },
  60_000,
);

test('a taken port is named before anything is started', async () => {
  const server = createServer().listen(installation.port('APPS'), '127.0.0.1');
  await once(server, 'listening');

  const npm = installation.start('port taken', '--no-demo');

  expect(await npm.ended).toBe('exit code 1');
  server.close();
  const port = String(installation.port('APPS'));
  expect(installation.said('port taken')).toContain(`port ${port} of 127.0.0.1 (ARK_APPS_PORT)`);
  expect(await installation.leftovers()).toEqual([]);
}, 30_000);
