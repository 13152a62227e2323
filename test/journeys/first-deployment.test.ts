import { expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestChain } from '../testbed/chain.ts';
import { containersOf, modesBelow, releaseFolders } from '../testbed/host-traces.ts';
import { DEPLOY_JOB, Operator } from '../testbed/operator.ts';
import type { ProductEdits } from '../testbed/product-shelf.ts';
import { filesThatShow, watchCommandLines, type Needles } from '../testbed/secret-search.ts';
import { beginJourney } from './begin.ts';
import { browse, buildLog, deploy, type DeploymentView, type InstanceView } from './journey.ts';

const API_KEY = 'sk-live-Zr8vQ2mN7xT4';
const MARK = '/tmp/ark-journey-was-run';
const HOSTILE = `{{ 7*7 }} $(touch ${MARK}) \${X} $$ "><script>ñ 日本 🚀 ' \\`;
/** Where secrets belong: ours, the local Jenkins' own, the hosts' (looked at by themselves), Redis' password. */
const THEIR_PLACES = [
  'secrets',
  'hosts',
  'local-jenkins/credentials',
  'local-jenkins/users.json',
  'redis/redis.conf',
];

/** hello with a secret of its host and one of its order. */
const VAULT: ProductEdits = {
  product: {
    'inputs:': [
      'secrets: { DB_PASSWORD: { length: 32 } }',
      'inputs:',
      '  api_key: { type: string, env: API_KEY, secret: true }',
    ].join('\n'),
  },
};

let chain: TestChain;
let instance: InstanceView;
let deployment: DeploymentView;
let inCommandLines: readonly string[];

beginJourney({ hosts: 2, products: { 'hello-vault': VAULT } }, async (begun) => {
  chain = begun;
  const watch = watchCommandLines(ourSecrets());
  const order = { product_id: 'hello-vault', client_name: '$(id) {{ 7*7 }} Ñandú & Cía.', host_id: 'h-2' };
  instance = await deploy(chain, { ...order, inputs: { title: HOSTILE, api_key: API_KEY } });
  inCommandLines = await watch.stop();
  deployment = instance.last_deployment!;
});

function ourSecrets(): Needles {
  const { adminToken, arkSecret, callbackKey, jenkinsToken, jenkinsPassword, redisPassword, sshPrivateKey } =
    chain.chain.secrets;
  const plain = { adminToken, arkSecret, callbackKey, jenkinsToken, jenkinsPassword, redisPassword };
  const revealed = Object.entries(plain).map(([name, secret]) => [name, secret.reveal()] as const);
  const keyLine = sshPrivateKey.reveal().split('\n')[2]!;
  return {
    ...Object.fromEntries(revealed),
    callbackKeyBody: callbackKey.reveal().slice(6),
    keyLine,
    API_KEY,
  };
}

test('the link answers through nginx and proxy with the release that the API names', async () => {
  expect(instance).toMatchObject({ status: 'running', phase: 'succeeded', host_id: 'h-2' });
  expect(instance.access_url).toBe(`${chain.appsUrl}/instances/${instance.instance_id}/`);
  expect(instance.instance_id).toMatch(/^[a-z0-9-]{1,29}-[a-z2-7]{10}$/);
  expect(instance.live_release).toBe(instance.desired_release);
  expect(instance.live_deployment).toBe(deployment.deployment_id);

  const page = await browse(instance);

  expect(page.status).toBe(200);
  expect(page.headers.get('x-request-id')).toMatch(/^req_/);
  expect(page.text).toContain(`<dd id="release">${String(instance.live_release)}</dd>`);
  expect(page.text).toContain(`<dd id="base-path">/instances/${instance.instance_id}/</dd>`);
  expect(await browse(instance, 'release.txt')).toMatchObject({ status: 200, text: instance.live_release });
  const elsewhere = await fetch(new URL(`/instances/${instance.instance_id}/`, chain.pagesUrl), {
    redirect: 'manual',
  });
  expect([elsewhere.status, elsewhere.headers.get('location')]).toEqual([307, instance.access_url]);
});

test('hostile text arrives byte for byte and is run nowhere', async () => {
  const escaped = HOSTILE.replaceAll('"', '&quot;').replaceAll('>', '&gt;').replaceAll('<', '&lt;');

  expect((await browse(instance, 'title.txt')).text).toBe(HOSTILE);
  expect((await browse(instance)).text).toContain(`<title>${escaped}</title>`);
  expect(existsSync(MARK)).toBe(false);
  for (const host of chain.hosts) await host.exec(['test', '!', '-e', MARK]);
  expect(await buildLog(chain, deployment.deployment_id)).not.toMatch(/uid=|ark-journey-was-run/);
});

test('phases and stages of the deployment stand in their order with true times', () => {
  const phases = deployment.timeline.map(({ phase }) => phase);
  expect(phases).toEqual([
    ...['accepted', 'waiting', 'triggering', 'queued', 'claimed'],
    ...['deploying', 'verifying', 'retiring', 'succeeded'],
  ]);
  const stages = deployment.stages.map(({ stage, status }) => `${stage} ${status}`);
  expect(stages).toEqual([
    ...['prepare started', 'prepare done', 'pull started', 'pull done', 'start started', 'start done'],
    ...['gate started', 'gate done', 'publish started', 'publish done'],
  ]);
  for (const list of [deployment.timeline, deployment.stages]) {
    const times = list.map(({ at }) => Date.parse(at));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(Date.parse(deployment.created_at));
    expect(times.at(-1)).toBeLessThanOrEqual(Date.parse(deployment.finished_at!));
  }
  const at = (phase: string): string => deployment.timeline.find((one) => one.phase === phase)!.at;
  expect(deployment.stages[0]!.at > at('claimed')).toBe(true);
  expect(deployment).toMatchObject({
    kind: 'deploy',
    trigger: 'api',
    pending: null,
    reason: null,
    build: { job: 'ark-deploy-instance', number: 1, url: expect.stringContaining(chain.jenkins.url) },
    decision: { outcome: 'switched', retire: [] },
  });
});

test('what the job said is listed with its verdicts, and the order with who gave it', async () => {
  const { deployment_id, instance_id } = deployment;
  type Heard = readonly { readonly kind: string; readonly verdict: string; readonly job: string }[];
  const { callbacks } = await chain.call<{ readonly callbacks: Heard }>(
    'GET',
    `/api/deployments/${deployment_id}/callbacks`,
  );
  const kinds = callbacks.map(({ kind }) => kind).toReversed();
  expect([kinds[0], kinds.at(-1), new Set(kinds)]).toEqual([
    ...['claim', 'retired'],
    new Set(['claim', 'progress', 'ready', 'retired']),
  ]);
  expect(callbacks).toEqual(
    callbacks.map(() =>
      expect.objectContaining({ verdict: 'accepted', job: 'ark-deploy-instance', instance_id }),
    ),
  );

  const { acts } = await chain.call<{ readonly acts: unknown }>('GET', `/api/acts?instance=${instance_id}`);
  expect(acts).toMatchObject([
    { act: 'instances.create', by: 'admin', via: 'token', outcome: 'ok', deployment_id, host_id: 'h-2' },
  ]);
});

test('the container carries its labels and is published on the address of its host alone', async () => {
  const host = chain.hosts[1]!;
  const [container, ...others] = await containersOf(host, instance.instance_id);

  expect(others).toEqual([]);
  expect(container).toMatchObject({
    Config: {
      Labels: {
        'ark.instance': instance.instance_id,
        'ark.seq': deployment.seq,
        'ark.release': instance.live_release,
        'ark.role': 'release',
        'com.docker.compose.project': `${instance.instance_id}-${String(deployment.seq)}`,
      },
    },
    HostConfig: { RestartPolicy: { Name: 'always' } },
  });
  const published = Object.values(container!.NetworkSettings.Ports).flatMap((ports) => ports);
  const port = Number(published[0]?.HostPort);
  expect(published).toEqual([{ HostIp: host.address, HostPort: String(port) }]);
  expect(port).toBeGreaterThanOrEqual(20_000);
  expect(port).toBeLessThanOrEqual(29_999);
  const listeners = await host.exec(['cat', '/proc/net/tcp', '/proc/net/tcp6']);
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const bound = listeners.stdout.match(new RegExp(`[0-9A-F]{8,32}:${hexPort} 0{8,32}:0000 0A`, 'g'));
  expect(bound?.map((line) => line.slice(0, 8))).toEqual([hexAddress(host.address)]);
  expect(await containersOf(chain.hosts[0]!, instance.instance_id)).toEqual([]);
});

/** As /proc/net/tcp writes it. */
function hexAddress(address: string): string {
  return Buffer.from(address.split('.').map(Number).reverse()).toString('hex').toUpperCase();
}

test('folders and files on the host belong to ark alone', async () => {
  const host = chain.hosts[1]!;
  const lines = await modesBelow(host, '/opt/ark');

  expect(lines.filter((line) => !/^(?:700 ark d|600 ark f) /.test(line))).toEqual([]);
  const paths = lines.map((line) => line.split(' ')[3]);
  const folder = `/opt/ark/instances/${instance.instance_id}`;
  expect(paths).toEqual(
    expect.arrayContaining([
      `/opt/ark/fence/${instance.instance_id}`,
      `${folder}/secrets/DB_PASSWORD`,
      `${folder}/releases/${String(deployment.seq)}/compose.json`,
    ]),
  );
  expect(await releaseFolders(host, instance.instance_id)).toEqual([deployment.seq]);
});

test('no secret is in a log, in Redis, in a build or in a command line', async () => {
  await (await Operator.signIn(chain)).untilEnded(DEPLOY_JOB, deployment.build!.number);
  const secretFile = join('opt/ark/instances', instance.instance_id, 'secrets/DB_PASSWORD');
  const { stdout: password } = await chain.hosts[1]!.exec(['cat', `/${secretFile}`]);
  expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
  const needles = { ...ourSecrets(), DB_PASSWORD: password };

  expect(filesThatShow(needles, chain.stateDir, THEIR_PLACES)).toEqual([]);
  expect(inCommandLines).toEqual([]);
  const log = readFileSync(join(chain.stateDir, 'logs/coordinator.log'), 'utf8');
  expect(log).toContain(deployment.deployment_id); // it is the log of this deployment
  expect(JSON.stringify(await chain.call('GET', `/api/instances/${instance.instance_id}`))).not.toContain(
    API_KEY,
  );
});
