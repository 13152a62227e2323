import { describe, expect, test } from '@jest/globals';
import type { TestChain } from '../testbed/chain.ts';
import { projectsOf } from '../testbed/host-traces.ts';
import { DEPLOY_JOB, Operator } from '../testbed/operator.ts';
import { HELD } from '../testbed/product-shelf.ts';
import { patiently, until } from '../testbed/until.ts';
import { statusOf, watch } from '../testbed/watch.ts';
import { beginJourney } from './begin.ts';
import {
  browse,
  deploy,
  deployAgain,
  deploymentOf,
  instanceOf,
  order,
  untilDeployment,
  untilSettled,
  type DeploymentView,
  type InstanceView,
} from './journey.ts';

let chain: TestChain;
let hello: InstanceView;

// one slot: a deployment that kept it would hold up all later ones
const environment = { ARK_HOST_SLOTS: '1' };
beginJourney({ hosts: 1, products: { held: HELD }, environment }, async (begun) => {
  chain = begun;
  hello = await deploy(chain, {});
});

describe('Jenkins', () => {
  test('is down at the click: the order waits with its reason in words and goes on by itself', async () => {
    await chain.stopJenkins();
    const { deployment_id, instance_id } = await order(chain, { client_name: 'Patient' });
    const isTried = ({ pending }: DeploymentView): boolean => pending?.reason !== 'triggering';
    const waiting = await untilDeployment(chain, deployment_id, isTried);
    expect(waiting).toMatchObject({ phase: 'triggering', reason: null, build: null });
    expect(waiting.pending?.reason).toMatch(/Jenkins/);
    expect(waiting.pending?.next).toMatch(/^Jenkins is asked to start the job/);
    expect(await instanceOf(chain, instance_id)).toMatchObject({ status: 'pending' });
    expect((await browse(hello)).status).toBe(200);

    await chain.startJenkins();
    expect(await untilDeployment(chain, deployment_id)).toMatchObject({ phase: 'succeeded' });
    const operator = await Operator.signIn(chain);
    expect(await operator.buildsOf(deployment_id)).toHaveLength(1);
    expect((await browse(await instanceOf(chain, instance_id))).status).toBe(200);
  });

  test('is killed in the middle of a build: the deployment ends, lock and slot are free', async () => {
    const held = await deploy(chain, { product_id: 'held', client_name: 'Held' });
    const { deployment_id } = await deployAgain(chain, held.instance_id, { inputs: { wait_s: 600 } });
    await untilDeployment(chain, deployment_id, ({ stages }) =>
      stages.some(({ stage }) => stage === 'start'),
    );
    await chain.chain.jenkins.kill();
    await chain.startJenkins();

    const ended = await untilDeployment(chain, deployment_id);
    expect(ended).toMatchObject({ phase: 'failed', reason: { code: 'build_aborted' } });
    expect(await untilSettled(chain, held.instance_id)).toMatchObject({
      status: 'running',
      live_deployment: held.live_deployment,
    });
    expect((await browse(held)).status).toBe(200);

    const next = await deployAgain(chain, held.instance_id, { inputs: { wait_s: 0 } });
    const done = await untilDeployment(chain, next.deployment_id);
    expect(done).toMatchObject({ phase: 'succeeded' });
    expect(await projectsOf(chain.hosts[0]!, held.instance_id)).toEqual([
      `${held.instance_id}-${done.seq ?? ''}`,
    ]);
  });
});

describe('Redis', () => {
  test('is killed and started again: not one request on a known link fails', async () => {
    const link = watch(hello.access_url);
    const unknown = new URL('/instances/nobody-knows-me/', chain.appsUrl).href;
    const readinessOf = (part: 'api' | 'instances'): string =>
      `http://127.0.0.1:${String(chain.chain.settings.ports[part].port)}/readyz`;
    const ready = async (): Promise<unknown> => statusOf(readinessOf('api'));
    const proxyReady = async (): Promise<unknown> => statusOf(readinessOf('instances'));
    expect([await ready(), await proxyReady()]).toEqual([200, 200]);
    expect(await statusOf(unknown)).toBe(404);
    const strangers = watch(unknown.replace('me/', 'either/'), {
      isGood: (status) => status === 503 || status === 404,
    });

    await chain.chain.redis.kill();
    await until(
      async () => statusOf(unknown),
      (status) => status === 503,
    );
    // one that nobody asked for before: a proxy remembers an unknown one for a second
    const seen = watch(unknown.replace('me/', 'yet/'), { isGood: (status) => status === 503 });
    expect(await until(ready, (status) => status !== 200)).toBe(503);
    expect(await until(proxyReady, (status) => status !== 200)).toBe(503);
    const during = link.count;
    await until(
      async () => link.count - during,
      (count) => count > 20,
    );
    expect((await seen.end()).failures).toEqual([]);
    await chain.startRedis();

    expect(await until(ready, (status) => status === 200)).toBe(200);
    expect(await until(proxyReady, (status) => status === 200)).toBe(200);
    expect(
      await until(
        async () => statusOf(unknown),
        (status) => status !== 503,
      ),
    ).toBe(404);
    expect((await link.end()).failures).toEqual([]);
    expect((await strangers.end()).failures).toEqual([]);
  });

  test('is killed under a deployment: it ends well, and the link answered all the time', async () => {
    const link = watch(hello.access_url);
    const { deployment_id } = await deployAgain(chain, hello.instance_id);
    await untilDeployment(chain, deployment_id, ({ phase }) => phase === 'deploying');
    await chain.restartRedis();

    const read = async (): Promise<DeploymentView> => patiently(() => deploymentOf(chain, deployment_id));
    const ended = await until(read, ({ finished_at }) => finished_at !== null);
    expect(ended).toMatchObject({ phase: 'succeeded' });
    expect(await untilSettled(chain, hello.instance_id)).toMatchObject({
      status: 'running',
      live_deployment: deployment_id,
    });
    expect((await link.end()).failures).toEqual([]);
    const operator = await Operator.signIn(chain);
    expect((await operator.untilEnded(DEPLOY_JOB, ended.build?.number ?? 0)).result).toBe('SUCCESS');
    expect(await operator.buildsOf(deployment_id)).toHaveLength(1);
  });
});
