import { afterEach, expect, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pollUntil } from '../../src/platform/polling.ts';
import { BOT, makeHome, pipelineOf, processesWith } from './kit.ts';

const MAIN = join(import.meta.dirname, '../../src/local-jenkins/main.ts');
const SLOW = pipelineOf("sh 'echo BEGIN; sleep 51.1 & sleep 51.1'");

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly output: () => string;
}

const children: ChildProcess[] = [];
const homes: string[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
});

function newHome(jobs: Record<string, string>): string {
  const home = makeHome(jobs);
  homes.push(home);
  return home;
}

function launch(env: Record<string, string>): { child: ChildProcess; output: () => string } {
  const child = spawn('node', [MAIN], { env: { PATH: process.env['PATH'] ?? '', ...env } });
  children.push(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text };
}

async function start(home: string): Promise<Running> {
  const { child, output } = launch({
    LOCAL_JENKINS_HOME: home,
    LOCAL_JENKINS_PORT: '0',
    ARK_SECRET: 'not-for-builds',
  });
  const url = await until(() => /^listening on (http:\S+)$/m.exec(output())?.[1]);
  return { child, url, output };
}

async function until<T>(check: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const signal = AbortSignal.timeout(14_000);
  const found = await pollUntil(async () => check(), { everyMs: 50, timeoutMs: 12_000, signal });
  if (found === undefined) throw new Error('what was waited for did not come');
  return found;
}

async function call(url: string, method = 'GET'): Promise<Response> {
  return fetch(url, { method, headers: { authorization: BOT }, redirect: 'manual' });
}

async function begin({ url }: Running): Promise<void> {
  await call(`${url}/job/slow/buildWithParameters?delay=0sec`, 'POST');
  await until(async () => {
    const log = await (await call(`${url}/job/slow/1/consoleText`)).text();
    return log.includes('BEGIN') ? true : undefined;
  });
}

test('the start says that this is not Jenkins, on loopback', async () => {
  const running = await start(newHome({}));

  expect(running.output()).toMatch(/^WARN this is not Jenkins/m);
  expect(running.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test.each([
  [{ NODE_ENV: 'production', LOCAL_JENKINS_HOME: '/tmp' }, 'does not run with NODE_ENV=production'],
  [{}, 'LOCAL_JENKINS_HOME is not set'],
  [{ LOCAL_JENKINS_HOME: '/tmp', LOCAL_JENKINS_PORT: '99999' }, 'LOCAL_JENKINS_PORT must be a whole number'],
])('it refuses to start with %j', async (env, reason) => {
  const { child, output } = launch(env);

  const [code] = (await once(child, 'exit')) as [number];

  expect(code).toBe(1);
  expect(output()).toContain(reason);
});

test('SIGTERM ends the server, its builds and their process groups', async () => {
  const home = newHome({ slow: SLOW });
  const running = await start(home);
  await begin(running);
  expect(processesWith('sleep 51.1', home).length).toBeGreaterThanOrEqual(2);

  running.child.kill('SIGTERM');
  const [code] = (await once(running.child, 'exit')) as [number];

  expect(code).toBe(0);
  expect(processesWith('sleep 51.1', home)).toEqual([]);
  const record = JSON.parse(readFileSync(join(home, 'builds/slow/#/1/build.json'), 'utf8')) as object;
  expect(record).toMatchObject({ building: false, result: 'ABORTED' });
  expect(readdirSync(join(home, 'workspace'))).toEqual([]);
});

test('after a kill -9 the next start marks the build ABORTED and ends what it left', async () => {
  const home = newHome({ slow: SLOW });
  const running = await start(home);
  await begin(running);
  running.child.kill('SIGKILL');
  await once(running.child, 'exit');
  expect(processesWith('sleep 51.1', home).length).toBeGreaterThan(0);

  const again = await start(home);

  await until(() => (processesWith('sleep 51.1', home).length === 0 ? true : undefined));
  const build = await (await call(`${again.url}/job/slow/1/api/json`)).json();
  expect(build).toMatchObject({ building: false, result: 'ABORTED' });
  expect(await (await call(`${again.url}/job/slow/1/consoleText`)).text()).toMatch(/\nFinished: ABORTED\n$/);
});

test('what a killed build left is ended by the next start too', async () => {
  const home = newHome({ slow: SLOW });
  const running = await start(home);
  await begin(running);
  await call(`${running.url}/job/slow/1/kill`, 'POST');
  await until(async () => {
    const build = (await (await call(`${running.url}/job/slow/1/api/json`)).json()) as { building: boolean };
    return build.building ? undefined : true;
  });
  running.child.kill('SIGKILL');
  await once(running.child, 'exit');
  expect(processesWith('sleep 51.1', home).length).toBeGreaterThan(0);

  await start(home);

  await until(() => (processesWith('sleep 51.1', home).length === 0 ? true : undefined));
  expect(readdirSync(join(home, 'workspace'))).toEqual([]);
});

test('a clean restart keeps what waits, with its id', async () => {
  const home = newHome({ slow: SLOW });
  const first = await start(home);
  const placed = await call(`${first.url}/job/slow/buildWithParameters?delay=100sec&ID=kept`, 'POST');
  const path = new URL(placed.headers.get('location') ?? '').pathname;
  first.child.kill('SIGTERM');
  await once(first.child, 'exit');

  const second = await start(home);

  const item = await (await call(`${second.url}${path}api/json`)).json();
  expect(item).toMatchObject({
    _class: 'hudson.model.Queue$WaitingItem',
    params: expect.stringContaining('ID=kept'),
  });
});

test('a build sees nothing of the secrets of whoever started the server', async () => {
  const running = await start(newHome({ env: pipelineOf("sh 'env; cat /proc/self/environ'") }));
  await call(`${running.url}/job/env/buildWithParameters?delay=0sec`, 'POST');

  const log = await until(async () => {
    const text = await (await call(`${running.url}/job/env/1/consoleText`)).text();
    return text.includes('Finished') ? text : undefined;
  });

  expect(log).not.toContain('not-for-builds');
});
