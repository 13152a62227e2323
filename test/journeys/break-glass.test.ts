import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { connectRedis } from '../../src/platform/redis.ts';
import type { TestChain } from '../testbed/chain.ts';
import { containersOf, projectsOf } from '../testbed/host-traces.ts';
import { DEPLOY_JOB, Operator } from '../testbed/operator.ts';
import { HELD } from '../testbed/product-shelf.ts';
import { until } from '../testbed/until.ts';
import { beginJourney } from './begin.ts';
import {
  browse,
  buildLog,
  deploy,
  deployAgain,
  instanceOf,
  untilDeployment,
  untilSettled,
  type InstanceView,
} from './journey.ts';

const run = promisify(execFile);
const MAIN = join(__dirname, '../../src/cli/main.ts');
const WHY = ['--why', 'a journey'] as const;
let chain: TestChain;
let hello: InstanceView;

beginJourney({ hosts: 1, products: { held: HELD } }, async (begun) => {
  chain = begun;
  hello = await deploy(chain, {});
});

/** `npm run ark -- …`, as an operator types it. */
async function ark(...args: readonly string[]) {
  const env = { PATH: process.env['PATH'], ARK_PAGES_URL: chain.pagesUrl, ARK_ADMIN_TOKEN: chain.apiToken };
  return run('node', [MAIN, ...args], { env }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: unknown) => error as { code: number; stdout: string },
  );
}

test('doctor finds nothing to do on a chain that is up, and what is down on another', async () => {
  const well = await ark('doctor', '--json');
  const { checks } = JSON.parse(well.stdout) as { checks: readonly { part: string; state: string }[] };
  expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
  expect(checks.map(({ part }) => part)).toEqual([
    ...['coordinator', 'redis', 'redis settings', 'store', 'triggers', 'callback keys', 'jenkins'],
    ...['job ark-deploy-instance', 'job ark-destroy-instance', 'proxy proxy-1', 'proxy proxy-2'],
    ...['pages', 'callbacks', 'links', 'host h-1', 'ssh key'],
  ]);

  await chain.stopJenkins();
  const ill = await ark('doctor');
  await chain.startJenkins();
  expect(ill.code).toBe(1);
  expect(ill.stdout).toMatch(/^broken +jenkins /m);
});

test('an order from the command line ends with a link that works, and its log can be followed', async () => {
  const { code, stdout } = await ark('deploy', 'hello', 'Command Line', '--input', 'title=Hola', '--wait');

  expect(code).toBe(0);
  const page = await browse({ access_url: stdout.trim() });
  expect([page.status, page.text.includes('Hola')]).toEqual([200, true]);
  const id = /instances\/([^/]+)\//.exec(stdout)?.[1] ?? '';
  const log = await ark('logs', '-f', id);
  expect([log.code, log.stdout]).toEqual([0, expect.stringContaining('Finished: SUCCESS')]);
});

test('what is ended by force frees its instance; its old build changes nothing, and leaves nothing', async () => {
  const held = await deploy(chain, { product_id: 'held', client_name: 'Held' });
  const stuck = await deployAgain(chain, held.instance_id, { inputs: { wait_s: 600 } });
  const { build } = await untilDeployment(chain, stuck.deployment_id, ({ stages }) =>
    stages.some(({ stage }) => stage === 'start'),
  );

  // Jenkins does not hear of it, so that the old build goes on.
  const forced = await withoutJenkins(() => ark('force-fail', stuck.deployment_id, ...WHY));
  expect(forced).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Jenkins was not told') as unknown,
  });
  expect(await instanceOf(chain, held.instance_id)).toMatchObject({
    ...{ active: null, status: 'running', live_deployment: held.live_deployment },
    last_deployment: { phase: 'failed', reason: { code: 'force_failed' } },
  });
  expect((await browse(held)).status).toBe(200);

  const next = await deployAgain(chain, held.instance_id, { inputs: { wait_s: 0 } });
  const done = await untilDeployment(chain, next.deployment_id);
  expect(done).toMatchObject({ phase: 'succeeded' });
  expect((await browse(held)).status).toBe(200);
  const operator = await Operator.signIn(chain);
  expect((await operator.untilEnded(DEPLOY_JOB, build?.number ?? 0)).result).not.toBe('SUCCESS');
  expect(await buildLog(chain, stuck.deployment_id)).toMatch(/stale_seq|no lease/);
  const projects = await projectsOf(chain.hosts[0]!, held.instance_id);
  expect(projects).toEqual([`${held.instance_id}-${done.seq ?? ''}`]);
  expect(await instanceOf(chain, held.instance_id)).toMatchObject({ live_deployment: next.deployment_id });
});

/** Jenkins stands still meanwhile; what its builds have started goes on. */
async function withoutJenkins<T>(act: () => Promise<T>): Promise<T> {
  const { pid } = chain.chain.jenkins;
  process.kill(pid, 'SIGSTOP');
  return act().finally(() => process.kill(pid, 'SIGCONT'));
}

test('a link that was withdrawn is led back to the container that its host proves', async () => {
  expect((await ark('withdraw-route', hello.instance_id, ...WHY)).code).toBe(0);
  await until(
    () => browse(hello),
    ({ status }) => status === 410,
  );
  const [container] = await containersOf(chain.hosts[0]!, hello.instance_id);
  const other = await containersOf(
    chain.hosts[0]!,
    (await deploy(chain, { client_name: 'Other' })).instance_id,
  );

  const wrong = await ark('set-route', hello.instance_id, other[0]?.Id ?? '', ...WHY, '--json');
  expect(JSON.parse(wrong.stdout)).toMatchObject({ code: 'target_not_proven' });
  expect((await browse(hello)).status).toBe(410);

  expect(await ark('set-route', hello.instance_id, container?.Id ?? '', ...WHY)).toMatchObject({ code: 0 });
  await until(
    () => browse(hello),
    ({ status }) => status === 200,
  );
});

test('a Redis that was wiped is accepted by one command, for the proxies too', async () => {
  const redis = await connectRedis({ url: chain.redisUrl, name: 'test' });
  await redis.flushall();
  redis.disconnect();
  const ready = async (part: 'api' | 'instances') =>
    (await fetch(`http://127.0.0.1:${String(chain.chain.settings.ports[part].port)}/readyz`)).status;
  await until(
    async () => [await ready('api'), await ready('instances')],
    (both) => both.every((status) => status === 503),
  );
  expect((await browse(hello)).status).toBe(200);

  expect(await ark('accept-generation', ...WHY)).toMatchObject({ code: 0 });

  await until(
    async () => [await ready('api'), await ready('instances')],
    (both) => both.every((status) => status === 200),
  );
  expect(await untilSettled(chain, hello.instance_id).catch(() => 'gone')).toBe('gone');
});
