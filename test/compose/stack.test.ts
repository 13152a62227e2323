import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pollUntil } from '../../src/platform/polling.ts';
import { PUT_ROUTE_LUA } from '../../src/routing/redis-route-store.ts';
import { SERVICES, Stack } from './stack.ts';

const signal = AbortSignal.timeout(240_000);
/** Writes a route as an operator would, from within the coordinator's container: only those who use Redis reach it. */
const PUT_ROUTE = `
  import { readFileSync } from 'node:fs';
  import { connectRedis } from './src/platform/redis.ts';
  const url = readFileSync(process.env.ARK_REDIS_URL_FILE, 'utf8').trim();
  const redis = await connectRedis({ url, name: 'test' });
  const [script, target_host, target_port] = process.argv.slice(2);
  const route = { state: 'live', seq: '1', target_host, target_port: Number(target_port) };
  const [, refusal] = await redis.eval(script, 1, 'ark:{ark}:', 'acme', JSON.stringify(route));
  redis.disconnect();
  if (refusal !== '') throw new Error(refusal);
`;
const SCRIPT = [PUT_ROUTE_LUA, join(import.meta.dirname, '../routing/lua/put-route-call.lua')]
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');
const FROM_APP = '200 the app of /instances/acme';

let outside: Server;
let outsidePort: number;
let stack: Stack;

beforeAll(async () => {
  outside = createServer((request, response) => {
    response.setHeader('X-Jenkins', '2.516.2');
    if (request.url?.startsWith('/whoAmI') === true) response.end('{"name":"ark","anonymous":false}');
    else response.end(`the app of ${String(request.headers['x-forwarded-prefix'])}`);
  }).listen(0, '0.0.0.0');
  await once(outside, 'listening');
  outsidePort = (outside.address() as AddressInfo).port;
  stack = await Stack.start(outsidePort, signal);
  const node = ['node', '--input-type=module', '-', SCRIPT, stack.gateway, String(outsidePort)];
  const coordinator = (await stack.inspect('coordinator')).Id;
  await stack.host.docker(['exec', '-i', coordinator, ...node], { input: PUT_ROUTE, signal });
}, 240_000);

afterAll(async () => {
  outside.close();
  await stack.close();
}, 60_000);

async function get(port: number, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(stack.url(port, path), { redirect: 'manual', signal: AbortSignal.timeout(5_000), ...init });
}

async function app(): Promise<string> {
  const response = await get(3001, '/instances/acme/');
  return `${String(response.status)} ${await response.text()}`;
}

/** Asks the coordinator itself: nginx keeps this for those who operate it. */
async function waitUntilReady(): Promise<string> {
  const ask = ['exec', '-T', 'coordinator', 'node', 'compose/healthy.mjs', '/readyz'];
  const check = async (): Promise<string | undefined> => stack.compose(ask, signal).catch(() => undefined);
  const answer = await pollUntil(check, { everyMs: 300, timeoutMs: 30_000, signal });
  if (answer === undefined) throw new Error(await stack.compose(['logs', '--tail=20'], signal));
  return answer;
}

test('the coordinator is ready: Redis as it must be, the generation, Jenkins', async () => {
  expect(JSON.parse(await waitUntilReady())).toEqual({
    status: 'ready',
    dependencies: { redis: { ok: true }, generation: { ok: true }, jenkins: { ok: true } },
  });
});

test('the link that the command line prints signs a browser in', async () => {
  const printed = await stack.compose(
    ['exec', '-T', 'coordinator', 'node', 'src/cli/main.ts', 'sign-in'],
    signal,
  );
  const link = new URL(printed.trim());

  const signedIn = await get(3000, link.pathname + link.search);
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const session = await get(3000, '/api/session', { headers: { cookie, 'sec-fetch-site': 'same-origin' } });

  expect(link.origin).toBe(stack.url(3000, ''));
  expect(signedIn.status).toBe(303);
  expect(session.status).toBe(200);
});

test('the built-in products are offered', async () => {
  const answer = await get(3000, '/api/products', {
    headers: { authorization: `Bearer ${stack.adminToken}` },
  });

  expect(await answer.json()).toMatchObject({ total: 1, products: [{ product_id: 'hello' }] });
});

test('the pages were built into the image', async () => {
  const page = await get(3000, '/', { headers: { accept: 'text/html' } });

  expect(page.status).toBe(200);
  expect(await page.text()).toMatch(/<script type="module"[^>]* src="\/assets\//);
});

test('a route leads through nginx and a proxy to the app', async () => {
  const seen = await pollUntil(async () => ((await app()) === FROM_APP ? true : undefined), {
    everyMs: 100,
    timeoutMs: 5_000,
    signal,
  });

  expect(seen).toBe(true);
});

test.each(SERVICES)(
  '%s runs without root, without capabilities and on a root that cannot be written',
  async (name) => {
    const { Config, HostConfig } = await stack.inspect(name);
    const id = await stack.compose(['exec', '-T', name, 'id', '-u'], signal);
    const write = stack.compose(['exec', '-T', name, 'sh', '-c', 'echo x > /etc/x'], signal);

    expect(Config.User).toBe('10001:10001');
    expect(HostConfig).toMatchObject({
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
    });
    expect(id.trim()).toBe('10001');
    await expect(write).rejects.toThrow(/[Rr]ead-only file system/);
  },
);

test.each(SERVICES)('%s has no secret in its environment', async (name) => {
  const { Config } = await stack.inspect(name);

  expect(Config.Env.join('\n')).not.toMatch(new RegExp(`${stack.adminToken}|whsec_|redis://|a-token`));
});

/** What visitors of the app saw while `act` went on. */
async function seenDuring(act: () => Promise<unknown>): Promise<readonly string[]> {
  const answers: string[] = [];
  const done = new AbortController();
  const asking = (async () => {
    while (!done.signal.aborted) answers.push(await app());
  })();
  await act().finally(() => done.abort());
  await asking;
  return answers;
}

test('a restart of the coordinator interrupts no instance', async () => {
  const answers = await seenDuring(async () => {
    await stack.compose(['restart', 'coordinator'], signal);
    await waitUntilReady();
  });

  expect(answers.length).toBeGreaterThan(10);
  expect(new Set(answers)).toEqual(new Set([FROM_APP]));
}, 45_000);

test('a restart of one proxy interrupts none either', async () => {
  const answers = await seenDuring(async () => stack.compose(['restart', 'proxy-1'], signal));

  expect(answers.length).toBeGreaterThan(10);
  expect(new Set(answers)).toEqual(new Set([FROM_APP]));
}, 45_000);

test('what Redis holds outlives its container', async () => {
  await stack.compose(['up', '-d', '--no-build', '--no-deps', '--force-recreate', 'redis'], signal);

  // another generation, or none, would not be ready
  expect(JSON.parse(await waitUntilReady())).toMatchObject({ status: 'ready' });
  expect(await app()).toBe(FROM_APP);
}, 60_000);
