import { expect, test } from '@jest/globals';
import type { TestChain } from '../testbed/chain.ts';
import { containersOf } from '../testbed/host-traces.ts';
import { until } from '../testbed/until.ts';
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
} from './journey.ts';

let chain: TestChain;

beginJourney({ hosts: 2 }, (begun) => {
  chain = begun;
});

test('the second order for an instance waits for the first, and a third one replaces it', async () => {
  const first = await order(chain, { client_name: 'Twice', host_id: 'h-1', inputs: { title: 'uno' } });
  const id = first.instance_id;
  const second = await deployAgain(chain, id, { inputs: { title: 'dos' } });
  const waiting = await untilInstance(chain, id, (one) => one.waiting !== null);
  expect(waiting.waiting).toMatchObject({
    deployment_id: second.deployment_id,
    phase: 'waiting',
    pending: { reason: 'instance_busy', holder: first.deployment_id, next: expect.stringMatching(/\w/) },
  });
  expect(waiting.active).toMatchObject({ deployment_id: first.deployment_id });

  const third = await deployAgain(chain, id, { inputs: { title: 'tres' } });

  const replaced = await deploymentOf(chain, second.deployment_id);
  expect(replaced).toMatchObject({ phase: 'superseded', build: null, reason: { code: 'superseded' } });
  const after = await untilSettled(chain, id);
  expect(after).toMatchObject({ status: 'running', live_deployment: third.deployment_id });
  expect(after.live_release).toBe(after.desired_release);
  expect((await browse(after, 'title.txt')).text).toBe('tres');
  expect(await deploymentOf(chain, first.deployment_id)).toMatchObject({ phase: 'succeeded' });
  expect(await containersOf(chain.hosts[0]!, id)).toHaveLength(1);
});

test('orders for a host with one slot are carried out one at a time, in their order', async () => {
  await chain.call('PATCH', '/api/hosts/h-2', { slots: 1 });
  const placed = [];
  for (const client_name of ['A', 'B', 'C'])
    placed.push(await order(chain, { client_name, host_id: 'h-2', inputs: { title: client_name } }));
  const ids = placed.map(({ deployment_id }) => deployment_id);
  const last = await until(
    () => deploymentOf(chain, ids[2]!),
    ({ phase }) => phase === 'waiting',
  );
  expect(last.pending).toMatchObject({ reason: 'host_full', holder: ids[0] });

  const done: DeploymentView[] = [];
  for (const id of ids) done.push(await untilDeployment(chain, id));

  expect(done.map(({ phase }) => phase)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  const spans = done.map(({ timeline, finished_at }) => ({
    from: timeline.find(({ phase }) => phase === 'triggering')!.at,
    to: finished_at!,
  }));
  expect(spans[0]!.to <= spans[1]!.from && spans[1]!.to <= spans[2]!.from).toBe(true);
  for (const { instance_id, access_url } of placed) {
    const { text } = await browse({ access_url }, 'title.txt');
    expect(`${instance_id} ${text}`).toMatch(/^([abc])-\S+ \1$/i);
  }
  expect((await hostLoad('h-2')).waiting).toBe(0);
});

async function hostLoad(id: string): Promise<{ waiting: number; active: number }> {
  const { hosts } = await chain.call<{ hosts: { host_id: string; waiting: number; active: number }[] }>(
    'GET',
    '/api/hosts',
  );
  return hosts.find(({ host_id }) => host_id === id)!;
}

test('after a restart of the engine each link leads to its own application again', async () => {
  const host = chain.hosts[0]!;
  const titles = ['Rojo', 'Verde'];
  const instances = await Promise.all(
    titles.map(async (title) => deploy(chain, { client_name: title, host_id: 'h-1', inputs: { title } })),
  );
  const titlesSeen = async (): Promise<string[]> =>
    Promise.all(instances.map(async (one) => titleOrStatus(await browse(one, 'title.txt'))));
  expect(await titlesSeen()).toEqual(titles);
  const publishedBefore = await published();

  await host.restartEngine(AbortSignal.timeout(60_000));

  const seen = new Set<string>();
  await until(titlesSeen, (now) => {
    now.forEach((text, index) => seen.add(`${titles[index]!}: ${text}`));
    return now.join() === titles.join();
  });
  // until it is back a link answers that it does not answer, never with somebody else's application
  const allowed = titles.flatMap((title) => [title, '502', '503', '504'].map((text) => `${title}: ${text}`));
  expect([...seen].filter((line) => !allowed.includes(line))).toEqual([]);
  expect(await published()).toEqual(publishedBefore);
  for (const { instance_id } of instances)
    expect(await instanceOf(chain, instance_id)).toMatchObject({ status: 'running' });

  async function published(): Promise<unknown[]> {
    const containers = await Promise.all(
      instances.map(async ({ instance_id }) => containersOf(host, instance_id)),
    );
    return containers.map(([container]) => container!.NetworkSettings.Ports);
  }
});

function titleOrStatus({ status, text }: { status: number; text: string }): string {
  return status === 200 ? text : String(status);
}
