import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt } from '../../src/launcher/command.ts';
import { commandLine, identify } from '../../src/launcher/process-identity.ts';
import { pollUntil } from '../../src/platform/polling.ts';
import { freePorts } from '../testbed/free-ports.ts';
import { openFreeNetwork } from '../testbed/hosts.ts';

const ROOT = join(import.meta.dirname, '../..');
const NAMES = ['PAGES', 'APPS', 'API', 'INSTANCES', 'REDIS', 'JENKINS'];
const signal = AbortSignal.timeout(230_000);
let stateDir = '';
let env: NodeJS.ProcessEnv = {};
let launcher: ChildProcess | undefined;

interface RunFile {
  readonly pid: number;
  readonly pages_url: string;
  readonly sign_in_url: string;
  readonly api_token: string;
  readonly redis_url: string;
  readonly jenkins: { readonly url: string; readonly user: string; readonly token: string };
  readonly instance: { readonly id: string; readonly url: string };
  readonly hosts: readonly { readonly id: string; readonly address: string }[];
}

beforeAll(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'ark-start-'));
  const ports = await freePorts(NAMES.length);
  const network = await openFreeNetwork(signal);
  await network.close();
  env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:ARK_|NODE_ENV$)/.test(name))),
    ARK_STATE_DIR: stateDir,
    ARK_HOSTS_BRIDGE: network.bridge,
    ARK_HOSTS_SUBNET: network.gateway.slice(0, -2),
    ...Object.fromEntries(NAMES.map((name, index) => [`ARK_${name}_PORT`, String(ports[index])])),
  };
});

afterAll(async () => {
  if (launcher?.exitCode === null && launcher.signalCode === null) {
    launcher.kill('SIGTERM');
    await once(launcher, 'exit');
  }
  rmSync(stateDir, { recursive: true, force: true, maxRetries: 5 });
}, 60_000);

const argv = (...args: string[]): string[] => [join(ROOT, 'src/launcher/main.ts'), ...args];
const node = join(ROOT, 'node_modules/.bin/node');
const runFilePath = (): string => join(stateDir, 'run.json');

async function start(): Promise<RunFile> {
  const child = spawn(node, argv(), { env, stdio: ['ignore', 'pipe', 'pipe'] });
  launcher = child;
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const check = async (): Promise<string | undefined> => {
    if (child.exitCode !== null) throw new Error(`the launcher ended: ${said}`);
    return Promise.resolve(existsSync(runFilePath()) ? readFileSync(runFilePath(), 'utf8') : undefined);
  };
  const text = await pollUntil(check, { everyMs: 100, timeoutMs: 120_000, signal });
  if (text === undefined) throw new Error(`not up in time: ${said}`);
  return JSON.parse(text) as RunFile;
}

/** The command lines of all processes that name this test's state folder. */
function leftProcesses(): string[] {
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return numbers.map((name) => commandLine(Number(name))).filter((words) => words.includes(stateDir));
}

async function statusOf(url: string): Promise<number> {
  return fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(5000) }).then(
    (response) => response.status,
  );
}

test('npm start deploys hello and says where everything is', async () => {
  const run = await start();

  expect(statSync(runFilePath()).mode & 0o777).toBe(0o600);
  expect(run).toMatchObject({ pid: launcher?.pid, hosts: [{ id: 'demo-1' }], jenkins: { user: 'ark' } });
  expect(await statusOf(run.instance.url)).toBe(200);
  expect(await statusOf(run.sign_in_url)).toBe(303);
  expect(await statusOf(run.sign_in_url)).toBe(401);
}, 150_000);

test('a second npm start is refused while it runs, and disturbs nothing', async () => {
  const second = await attempt([node, ...argv()], { env, timeoutMs: 20_000 });

  expect(second.code).toBe(1);
  expect(second.stdout).toContain('It runs already, as process');
  expect(existsSync(runFilePath())).toBe(true);
}, 30_000);

test('after kill -9 of the launcher nothing runs on, and the next start finds the instance again', async () => {
  const before = JSON.parse(readFileSync(runFilePath(), 'utf8')) as RunFile;
  launcher?.kill('SIGKILL');
  const gone = async (): Promise<true | undefined> =>
    Promise.resolve(leftProcesses().length === 0 ? true : undefined);
  expect(await pollUntil(gone, { everyMs: 100, timeoutMs: 25_000, signal })).toBe(true);
  rmSync(runFilePath());

  const after = await start();

  expect(after.instance).toEqual(before.instance);
  expect(await statusOf(after.instance.url)).toBe(200);
  const answer = await fetch(`${after.pages_url}/api/deployments`, {
    headers: { authorization: `Bearer ${after.api_token}` },
  });
  expect(await answer.json()).toMatchObject({ total: 1 });
}, 150_000);

test('SIGTERM stops all of it in order', async () => {
  const { pid } = JSON.parse(readFileSync(runFilePath(), 'utf8')) as RunFile;
  const ended = once(launcher ?? process, 'exit');

  process.kill(pid, 'SIGTERM');

  expect(await ended).toEqual([0, null]);
  expect(identify(pid)).toBeUndefined();
  expect(leftProcesses()).toEqual([]);
  expect(existsSync(runFilePath())).toBe(false);
  expect((await attempt(['ip', 'link', 'show', env['ARK_HOSTS_BRIDGE'] ?? ''])).code).not.toBe(0);
}, 60_000);

test('a taken port is named before anything is started', async () => {
  const server = createServer().listen(Number(env['ARK_APPS_PORT']), '127.0.0.1');
  await once(server, 'listening');

  const { code, stdout } = await attempt([node, ...argv()], { env, timeoutMs: 20_000 });

  server.close();
  expect(code).toBe(1);
  expect(stdout).toContain(`port ${String(env['ARK_APPS_PORT'])} of 127.0.0.1 (ARK_APPS_PORT)`);
  expect(leftProcesses()).toEqual([]);
}, 30_000);
