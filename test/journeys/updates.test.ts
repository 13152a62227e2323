import { beforeAll, describe, expect, test } from '@jest/globals';
import { ES_CODES } from '../../src/web/texts/es-codes.ts';
import type { TestChain } from '../testbed/chain.ts';
import { startDownload } from '../testbed/download.ts';
import { containersOf, NO_TRACES, releaseFolders, tracesOf, type Traces } from '../testbed/host-traces.ts';
import { portBookOf } from '../testbed/port-book.ts';
import { command, LARGE, LARGE_BYTES, type ProductEdits } from '../testbed/product-shelf.ts';
import { until } from '../testbed/until.ts';
import { watch, type WatchReport } from '../testbed/watch.ts';
import { beginJourney } from './begin.ts';
import {
  browse,
  buildLog,
  deploy,
  deployAgain,
  instanceOf,
  untilDeployment,
  untilSettled,
  type DeploymentView,
  type InstanceView,
} from './journey.ts';

/** hello with a data project, which outlives releases. */
const WITH_DATA: ProductEdits = {
  product: { 'inputs:': 'secrets: { DB_PASSWORD: { length: 32 } }\ninputs:' },
  compose: {
    "expose: ['8080']": "expose: ['8080']\n    networks: [default, data]",
    'stop_grace_period: 3s': 'stop_grace_period: 3s\nnetworks: { data: {} }',
  },
  data: [
    'services:',
    '  store: { image: "ark/hello:1", tmpfs: ["/srv"], volumes: ["files:/data"], networks: [data] }',
    'volumes: { files: {} }',
    'networks: { data: {} }',
  ].join('\n'),
};
/** What is wrong with the new version, and the code that says so. */
const BREAKAGES = {
  'never-healthy': {
    code: 'health_gate_failed',
    edits: {
      compose: {
        'expose:': "command: [httpd, -f, -p, '8080', -h, /usr/share/hello]\n    expose:",
        'retries: 10': 'retries: 3',
      },
    },
  },
  'no-health-page': {
    code: 'health_gate_failed',
    edits: { product: { '/healthz, timeout_s: 30': '/no-such-page, timeout_s: 8' } },
  },
  'ends-at-once': {
    code: 'container_failed',
    edits: {
      product: { 'timeout_s: 30': 'timeout_s: 90' }, // a busy machine needs longer for the restarts it is allowed
      compose: command('echo cannot start >&2; exit 3'),
    },
  },
  'no-image': { code: 'engine_failed', edits: { compose: { 'ark/hello:1': 'ark/hello:no-such-tag' } } },
} satisfies Record<string, { code: string; edits: ProductEdits }>;
type Breakage = keyof typeof BREAKAGES;
const BREAKAGE_NAMES = Object.keys(BREAKAGES) as Breakage[];

let chain: TestChain;

const products = {
  large: LARGE,
  'hello-data': WITH_DATA,
  ...Object.fromEntries(BREAKAGE_NAMES.map((name) => [name, {}])), // broken later on
};
const shelf = beginJourney({ hosts: 2, products, environment: { ARK_PROBE_TOTAL_S: '4' } }, (begun) => {
  chain = begun;
});

test('an update under load fails no request and cuts no download', async () => {
  const host = chain.hosts[0]!;
  const before = await deploy(chain, { product_id: 'large', client_name: 'Files', host_id: 'h-1' });
  const oldPort = portOf(await containersOf(host, before.instance_id));
  const load = watch(`${before.access_url}release.txt`, { connections: 8 });
  const download = await startDownload(`${before.access_url}large.bin`);

  const { deployment_id } = await deployAgain(chain, before.instance_id, { inputs: { title: 'Segunda' } });
  const { build, decision } = await untilDeployment(chain, deployment_id, (one) => one.decision !== null);
  expect(decision!.outcome).toBe('switched');
  // the download is still open: the job says that it waits for it, and removes nothing
  await until(
    () => buildLog(chain, deployment_id),
    (text) => text.includes('the old release drains'),
  );
  expect(await containersOf(host, before.instance_id)).toHaveLength(2);
  expect((await browse(before, 'title.txt')).text).toBe('Segunda');
  expect(await download.finish()).toBe(LARGE_BYTES);
  const deployment = await untilDeployment(chain, deployment_id);
  const report = await load.end();

  const after = await instanceOf(chain, before.instance_id);
  expect(report.failures).toEqual([]);
  expect(report.answers).toEqual([before.live_release, after.live_release]);
  expect(report.requests / report.seconds).toBeGreaterThan(40);
  expect(after).toMatchObject({ status: 'running', access_url: before.access_url });
  expect(deployment).toMatchObject({ phase: 'succeeded', build });
  await expectOnlyProject(after, deployment);
  const newPort = portOf(await containersOf(host, before.instance_id));
  const { used, resting } = await portBookOf(chain, 'h-1');
  expect(used[newPort]).toBe(`${after.instance_id}-${String(deployment.seq)}`);
  expect([newPort === oldPort, oldPort in used, resting.includes(oldPort)]).toEqual([false, false, true]);
});

function portOf([container]: Awaited<ReturnType<typeof containersOf>>): string {
  return container!.NetworkSettings.Ports['8080/tcp']![0]!.HostPort;
}

/** Nothing of any other release is on the host of the instance. */
async function expectOnlyProject(instance: InstanceView, { seq }: DeploymentView): Promise<void> {
  const host = chain.hosts[Number(instance.host_id.slice(2)) - 1]!;
  const project = `${instance.instance_id}-${String(seq)}`;
  const { containers, networks, volumes } = await tracesOf(host, instance.instance_id);
  expect([containers.length, networks.length, volumes.length]).toEqual([1, 1, 0]);
  expect([...containers, ...networks].every((line) => line.includes(project))).toBe(true);
  expect(await releaseFolders(host, instance.instance_id)).toEqual([seq]);
}

describe('a new version that is broken', () => {
  const before = new Map<Breakage, InstanceView>();
  const after = new Map<Breakage, InstanceView>();
  const loads = new Map<Breakage, WatchReport>();

  beforeAll(async () => {
    const orderOf = (product_id: string, index: number): Record<string, string> => ({
      product_id,
      client_name: product_id,
      host_id: `h-${String((index % 2) + 1)}`,
    });
    await Promise.all(
      BREAKAGE_NAMES.map(async (name, index) => before.set(name, await deploy(chain, orderOf(name, index)))),
    );
    for (const name of BREAKAGE_NAMES) shelf.put(name, BREAKAGES[name].edits);
    await chain.restartCoordinator();
    await Promise.all(BREAKAGE_NAMES.map(update));
  });

  async function update(name: Breakage): Promise<void> {
    const { instance_id, access_url } = before.get(name)!;
    const load = watch(`${access_url}release.txt`, { connections: 1 });
    await deployAgain(chain, instance_id);
    after.set(name, await untilSettled(chain, instance_id));
    loads.set(name, await load.end());
  }

  test.each(BREAKAGE_NAMES)('%s: the old one goes on serving and nothing is left behind', async (name) => {
    const [old, now, load] = [before.get(name)!, after.get(name)!, loads.get(name)!];
    const code = BREAKAGES[name].code;

    expect(now).toMatchObject({
      status: 'running',
      access_url: old.access_url,
      live_release: old.live_release,
      live_deployment: old.live_deployment,
      last_deployment: { phase: 'failed', decision: { outcome: 'abandoned' }, reason: { code } },
    });
    expect(now.last_deployment!.reason!.detail).toMatch(/\w+ \w+/);
    expect(ES_CODES).toHaveProperty(code);
    expect(load.failures).toEqual([]);
    expect(load.answers).toEqual([old.live_release]);
    expect((await browse(old)).text).toContain(String(old.live_release));
    await expectOnlyProject(now, old.last_deployment!);
    const project = `${old.instance_id}-${String(now.last_deployment!.seq)}`;
    expect(Object.values((await portBookOf(chain, old.host_id)).used)).not.toContain(project);
  });
});

test('a removed instance leaves nothing but its fence and its record', async () => {
  const host = chain.hosts[1]!;
  const { instance_id, access_url } = await deploy(chain, {
    product_id: 'hello-data',
    client_name: 'Data',
    host_id: 'h-2',
  });
  const traces: Traces = await tracesOf(host, instance_id);
  expect([traces.containers.length, traces.networks.length, traces.volumes.length]).toEqual([2, 2, 1]);
  const projects = Object.entries((await portBookOf(chain, 'h-2')).used);
  const ports = projects.filter(([, project]) => project.startsWith(instance_id)).map(([port]) => port);

  const [first, second] = await Promise.all([remove(instance_id), remove(instance_id)]);
  const deployment = await untilDeployment(chain, first.deployment_id);

  expect(second.deployment_id).toBe(first.deployment_id);
  expect(deployment).toMatchObject({
    kind: 'destroy',
    phase: 'succeeded',
    decision: { outcome: 'removed' },
  });
  expect(await tracesOf(host, instance_id)).toEqual(NO_TRACES);
  await host.exec(['test', '-f', `/opt/ark/fence/${instance_id}`]);
  const page = await browse({ access_url }, '', { accept: 'text/html' });
  expect([page.status, page.headers.get('x-ark-error')]).toEqual([410, 'route_withdrawn']);
  expect(page.text).toContain('Este enlace no lleva a ninguna parte');
  const { used, resting } = await portBookOf(chain, 'h-2');
  expect(Object.values(used).filter((project) => project.startsWith(instance_id))).toEqual([]);
  expect(resting).toEqual(expect.arrayContaining(ports));
  expect(await instanceOf(chain, instance_id)).toMatchObject({ status: 'deleted', live_release: null });
  await expect(remove(instance_id)).rejects.toThrow(/answered 410.*instance_deleted/);
  await expect(deployAgain(chain, instance_id)).rejects.toThrow(/answered 410.*instance_deleted/);
});

async function remove(id: string): Promise<{ deployment_id: string; status: string }> {
  return chain.call('DELETE', `/api/instances/${id}`);
}
