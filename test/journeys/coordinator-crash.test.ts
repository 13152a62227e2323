import { afterAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { connectRedis } from '../../src/platform/redis.ts';
import type { TestChain } from '../testbed/chain.ts';
import { startDownload } from '../testbed/download.ts';
import { projectsOf } from '../testbed/host-traces.ts';
import { DEPLOY_JOB, DESTROY_JOB, Operator } from '../testbed/operator.ts';
import { LARGE, LARGE_BYTES, MISSING } from '../testbed/product-shelf.ts';
import { patiently, until } from '../testbed/until.ts';
import { watch } from '../testbed/watch.ts';
import { beginJourney } from './begin.ts';
import {
  browse,
  deploy,
  deployAgain,
  deploymentOf,
  instanceOf,
  order,
  untilDeployment,
  untilInstance,
  untilSettled,
  type DeploymentView,
  type InstanceView,
} from './journey.ts';

const PREFIX = 'ark:{ark}:';

const MIB = 1024 * 1024;

let chain: TestChain;
let operator: Operator;
let redis: Redis;
let hello: InstanceView;

beginJourney({ hosts: 1, products: { missing: MISSING, large: LARGE } }, async (begun) => {
  chain = begun;
  operator = await Operator.signIn(chain);
  redis = await connectRedis({ url: chain.redisUrl, name: 'test' });
  hello = await deploy(chain, {});
});

afterAll(() => redis.disconnect());

/** Orders again and waits for the end: live, one build, one decision, one move of the route, one project. */
async function deploysOnce(faults: string): Promise<DeploymentView> {
  const { instance_id } = hello;
  const revision = Number(await redis.get(`${PREFIX}revision`));
  chain.setFaults(faults);
  const { deployment_id } = await deployAgain(chain, instance_id);
  const read = async (): Promise<DeploymentView> => patiently(() => deploymentOf(chain, deployment_id));
  const deployment = await until(read, ({ finished_at }) => finished_at !== null);
  expect(deployment).toMatchObject({ phase: 'succeeded', decision: { outcome: 'switched' } });
  expectFaultsUsed();

  const after = await untilSettled(chain, instance_id);
  expect(after).toMatchObject({ status: 'running', live_deployment: deployment_id });
  expect((await browse(after)).status).toBe(200);
  expect(await operator.buildsOf(deployment_id)).toHaveLength(1);
  expect(await kindsOf(deployment_id)).toEqual(EVENTS_OF_ONE);
  expect(Number(await redis.get(`${PREFIX}revision`))).toBe(revision + 1);
  expect(await projectsOf(chain.hosts[0]!, instance_id)).toEqual([`${instance_id}-${deployment.seq ?? ''}`]);
  const { number = 0 } = deployment.build ?? {};
  expect((await operator.untilEnded(DEPLOY_JOB, number)).result).toBe('SUCCESS');
  return deployment;
}

const EVENTS_OF_ONE = expect.objectContaining({ claimed: 1, verifying: 1, switched: 1, succeeded: 1 });

/** How often each kind of event was written for a deployment. */
async function kindsOf(deploymentId: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [, fields] of await redis.xrange(`${PREFIX}events`, '-', '+')) {
    const event = Object.fromEntries(fields.map((name, at) => [name, fields[at + 1] ?? '']));
    const kind = event['kind'] ?? '';
    if (event['deployment_id'] === deploymentId) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** Every fault that was set has happened. */
function expectFaultsUsed(): void {
  const lines = readFileSync(join(chain.stateDir, 'faults'), 'utf8').trim().split('\n');
  for (const line of lines) expect(line).toMatch(/\*0$/);
}

describe('an answer is lost on its way', () => {
  test.each(['claim', 'progress', 'ready', 'retired'])('%s: told again, no second effect', async (kind) => {
    const { build } = await deploysOnce(`answer.${kind}=drop*1`);
    const lines = await operator.lines(DEPLOY_JOB, build?.number ?? 0);
    expect(lines).toContainEqual(
      expect.stringMatching(new RegExp(`^${kind}: answered 503 without a signature; trying again$`)),
    );
  });

  test('failed and retired of a deployment that fails: the reason arrives once', async () => {
    chain.setFaults('answer.failed=drop*1 answer.retired=drop*1');
    const placed = await order(chain, { product_id: 'missing' });
    const failed = await untilDeployment(chain, placed.deployment_id);
    expect(failed).toMatchObject({ phase: 'failed', decision: { outcome: 'abandoned' } });
    expectFaultsUsed();
    expect(failed.reason?.code).not.toMatch(/^build_/);
    expect(await kindsOf(placed.deployment_id)).toMatchObject({ abandoned: 1, failed: 1 });
    expect(await untilSettled(chain, placed.instance_id)).toMatchObject({ status: 'failed' });
  });

  test('removed of a delete: the instance is gone once', async () => {
    const { instance_id } = await deploy(chain, { client_name: 'Gone' });
    chain.setFaults('answer.claim=drop*1 answer.removed=drop*1');
    await chain.call('DELETE', `/api/instances/${instance_id}`);
    const gone = await untilInstance(
      chain,
      instance_id,
      ({ status, active }) => status === 'deleted' && !active,
    );
    expectFaultsUsed();
    const removal = gone.last_deployment?.deployment_id ?? '';
    expect(await kindsOf(removal)).toMatchObject({ removed: 1, succeeded: 1 });
    expect(await operator.buildsOf(removal, DESTROY_JOB)).toHaveLength(1);
    expect(await projectsOf(chain.hosts[0]!, instance_id)).toEqual([]);
  });
});

describe('the coordinator is killed', () => {
  test.each([
    ['between probe and decision', 'decide.before=crash*1'],
    ['after it took the decision', 'decide.after=crash*1'],
    ['after it granted the claim', 'claim.after_store=crash*1'],
    ['after Jenkins took the order', 'trigger.after_post=crash*1'],
  ])('%s: goes on after its start', async (_name, faults) => {
    const before = chain.chain.coordinator.pid;
    await deploysOnce(faults);
    expect(chain.chain.coordinator.pid).not.toBe(before);
  });

  test('during a download: it does not break, and every link answers', async () => {
    const large = await deploy(chain, { product_id: 'large', client_name: 'Large' });
    const download = await startDownload(new URL('large.bin', large.access_url).href);
    await download.readTo(4 * MIB);
    const links = [watch(hello.access_url), watch(large.access_url)];

    await chain.killCoordinator();
    await download.readTo(24 * MIB);
    await until(
      async () => links.map(({ count }) => count),
      (counts) => counts.every((count) => count > 20),
    );
    await chain.startCoordinator();

    expect(await download.finish()).toBe(LARGE_BYTES);
    for (const link of links) expect((await link.end()).failures).toEqual([]);
    expect(await instanceOf(chain, large.instance_id)).toMatchObject({ status: 'running' });
  });
});
