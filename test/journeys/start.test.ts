import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { existsSync, statSync } from 'node:fs';
import { run } from '../../src/launcher/command.ts';
import type { OwnedProcess } from '../../src/launcher/owned-process.ts';
import { Installation, type RunFile } from '../testbed/installation.ts';
import { until } from '../testbed/until.ts';
import { statusOf } from '../testbed/watch.ts';
import type { DeploymentView, InstanceView } from './journey.ts';

/** On a quiet machine parts heal in 0.3 to 3 s, and the next start takes 6 s. */
const HEALS_WITHIN_MS = 30_000;
const STARTS_AGAIN_WITHIN_MS = 60_000;

let installation: Installation;
let first: OwnedProcess;
let up: RunFile;

beforeAll(async () => {
  installation = await Installation.make();
  first = installation.start('first');
  up = await installation.untilUp('first', first);
}, 180_000);

afterAll(async () => installation.remove(), 90_000);

test('npm start: the run file says where everything is, and the link is live', async () => {
  expect(statSync(installation.runFilePath).mode & 0o777).toBe(0o600);
  expect(up).toEqual({
    pid: expect.any(Number),
    pages_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    apps_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    sign_in_url: expect.stringMatching(/\/sign-in\?code=/),
    api_token: expect.stringMatching(/^ark_/),
    redis_url: expect.stringMatching(/^redis:\/\//),
    jenkins: { url: expect.stringMatching(/^http:/), user: 'ark', token: expect.any(String) },
    instance: { id: expect.any(String), url: expect.stringMatching(/\/instances\/[^/]+\/$/) },
    hosts: [{ id: 'demo-1', address: expect.stringMatching(/^100\.64\.\d+\.11$/) }],
  });
  expect(await statusOf(up.instance.url)).toBe(200);
  expect(await call<InstanceView>('GET', `/api/instances/${up.instance.id}`)).toMatchObject({
    status: 'running',
  });
  expect((await run(['redis-cli', '-u', up.redis_url, 'ping'])).stdout.trim()).toBe('PONG');
  expect([await statusOf(up.sign_in_url), await statusOf(up.sign_in_url)]).toEqual([303, 401]);
  const said = installation.said('first');
  for (const word of [up.sign_in_url, up.pages_url, up.instance.url, up.jenkins.url])
    expect(said).toContain(word);
}, 30_000);

test('a second start while one runs is refused and changes nothing', async () => {
  const second = installation.start('second');
  expect(await second.ended).toBe('exit code 1');
  expect(installation.said('second')).toContain(`It runs already, as process ${String(up.pid)}`);
  expect(await installation.untilUp('first', first)).toEqual(up);
  expect(await statusOf(up.instance.url)).toBe(200);
}, 60_000);

test.each(['proxy-1', 'coordinator', 'local Jenkins', 'Redis', 'nginx', 'demo-1'])(
  'kill -9 of %s heals by itself',
  async (part) => {
    const pid = installation.pidOf(part);
    const at = Date.now();
    process.kill(pid, 'SIGKILL');
    const all = [up.instance.url, installation.readyUrl, `${up.pages_url}/livez`, `${up.jenkins.url}/login`];
    const look = async (): Promise<readonly unknown[]> => [
      installation.pidOf(part) !== pid,
      ...(await Promise.all(all.map(statusOf))),
    ];
    await until(look, ([isNew, ...statuses]) => isNew === true && statuses.every((one) => one === 200));
    expect(Date.now() - at).toBeLessThan(HEALS_WITHIN_MS);
  },
  100_000,
);

test('after all that a deployment goes through', async () => {
  const path = `/api/instances/${up.instance.id}/deployments`;
  const { deployment_id } = await call<DeploymentView>('POST', path);
  const read = async (): Promise<DeploymentView> => call('GET', `/api/deployments/${deployment_id}`);
  const ended = await until(read, ({ finished_at }) => finished_at !== null);
  expect(ended).toMatchObject({ phase: 'succeeded', reason: null });
  expect(await statusOf(up.instance.url)).toBe(200);
}, 100_000);

test('kill -9 of the launcher: nothing runs on, the next start cleans up and finds the same instance', async () => {
  process.kill(up.pid, 'SIGKILL');
  await first.ended;
  await until(
    async () => Promise.resolve(installation.processes()),
    (left) => left.length === 0,
  );
  const at = Date.now();
  const again = installation.start('again');
  const found = await installation.untilUp('again', again, up);
  expect(Date.now() - at).toBeLessThan(STARTS_AGAIN_WITHIN_MS);
  expect(found.instance).toEqual(up.instance);
  expect(await statusOf(found.instance.url)).toBe(200);
  expect(installation.said('again')).not.toContain('Deploying hello');
  first = again;
  up = found;
}, 120_000);

test('Ctrl-C leaves no process, no mount, no bridge, no run file', async () => {
  expect((await installation.leftovers()).length).toBeGreaterThan(10);
  process.kill(-first.pid, 'SIGINT'); // as a terminal does: to the whole group
  expect(await first.ended).toMatch(/^exit code (?:0|130)$|^signal SIGINT$/);
  expect(installation.said('again')).toContain('All stopped');
  expect(installation.said('again')).not.toContain('Did not end in time');
  expect(existsSync(installation.runFilePath)).toBe(false);
  expect(await installation.leftovers()).toEqual([]);
}, 90_000);

async function call<T>(method: string, path: string): Promise<T> {
  const answer = await fetch(up.pages_url + path, {
    method,
    headers: { authorization: `Bearer ${up.api_token}`, 'content-type': 'application/json' },
    ...(method === 'POST' && { body: '{}' }),
    signal: AbortSignal.timeout(15_000),
  });
  if (!answer.ok) throw new Error(`${path} was answered ${String(answer.status)}: ${await answer.text()}`);
  return (await answer.json()) as T;
}
