import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { COMPOSE } from './claims.ts';
import { anInstance, HostBed } from './host-bed.ts';
import { until } from '../testbed/until.ts';

let bed: HostBed;

beforeAll(async () => {
  bed = await HostBed.open();
}, 240_000);
afterEach(async () => bed.endJobs());
afterAll(async () => bed.close(), 60_000);

test('a first release is reported with its port, container and image, and stays', async () => {
  const instanceId = anInstance();

  const { result, coordinator } = await bed.deploy({ instanceId, seq: 100, ports: [20001, 20002, 20003] });

  expect(result).toBe('SUCCESS');
  const [ready] = coordinator.told('ready');
  expect(ready).toMatchObject({ target_host: bed.host.address, target_port: 20001, project: `${instanceId}-100` });
  const id = await bed.host.docker(['ps', '-q', '--no-trunc', '--filter', `label=ark.instance=${instanceId}`]);
  expect(ready).toMatchObject({
    container_id: id,
    endpoints: { web: { port: 20001, container_id: id } },
    image_ids: { web: { id: expect.stringMatching(/^sha256:/) } },
  });
  expect(await bed.get(20001)).toEqual({ status: 200, body: 'a page' });
  expect(coordinator.told('retired')).toEqual([expect.objectContaining({ removed: [] })]);
  expect(coordinator.faults).toEqual([]);
}, 60_000);

test('every stage is told with its beginning and its end, and the build leaves nothing behind on the agent', async () => {
  const { coordinator, job } = await bed.job({ instanceId: anInstance(), seq: 100, ports: [20011] });
  await job.run();

  const stages = coordinator.told('progress').map(({ stage, status }) => `${String(stage)} ${String(status)}`);
  expect(stages).toEqual([
    'prepare started', 'prepare done', 'pull started', 'pull done', 'start started', 'start done', 'gate started',
    'gate done', 'publish started', 'publish done',
  ]); // prettier-ignore
  // the host's stages are told when its step is over, with the time that passed since
  const late = coordinator.told('progress').filter(({ ago_ms }) => ago_ms !== undefined);
  expect(late.map(({ stage, status }) => `${String(stage)} ${String(status)}`)).toEqual([
    'prepare done', 'pull started', 'pull done', 'start done', 'gate started', 'gate done',
  ]); // prettier-ignore
  expect(job.leftovers()).toEqual([]);
  expect(await bed.shell('ls /home/ark/.ansible/tmp 2>/dev/null | wc -l')).toBe('0');
}, 60_000);

test('a switch removes the old release after the decision and not before', async () => {
  const instanceId = anInstance();
  await bed.deploy({ instanceId, seq: 100, ports: [20021] });
  const { coordinator, job } = await bed.job({ instanceId, seq: 101, keep: [`${instanceId}-100`], ports: [20022] });
  let whileUndecided: string[] = [];
  let hasLooked = false;
  coordinator.on('ready', () =>
    !hasLooked
      ? { status: 202, body: { state: 'verifying' } }
      : { body: { decision: 'switched', retire: [`${instanceId}-100`] } },
  );

  const running = job.run();
  await until(async () => coordinator.told('ready').length > 0, Boolean);
  whileUndecided = await bed.projects(instanceId, true);
  hasLooked = true;
  const { result } = await running;

  expect(result).toBe('SUCCESS');
  expect(whileUndecided).toEqual([`${instanceId}-100`, `${instanceId}-101`]);
  expect(await bed.projects(instanceId)).toEqual([`${instanceId}-101`]);
  expect(coordinator.told('retired')[0]).toMatchObject({ removed: [`${instanceId}-100`] });
  expect(new Set(coordinator.received.filter(({ name }) => name === 'ready').map(({ id }) => id)).size).toBe(1);
  expect(await bed.shell(`ls /opt/ark/instances/${instanceId}/releases`)).toBe('101');
}, 60_000);

test('an abandoned release goes, the live one stays, the build fails with one line', async () => {
  const instanceId = anInstance();
  await bed.deploy({ instanceId, seq: 100, ports: [20031] });
  const { coordinator, job } = await bed.job({ instanceId, seq: 101, keep: [`${instanceId}-100`], ports: [20032] });
  coordinator.on('ready', () => ({ body: { decision: 'abandoned', reason: 'the probe found 500' } }));

  const { result, log } = await job.run();

  expect(result).toBe('FAILURE');
  expect(log).toContain('ark: the new release was not taken into use: the probe found 500');
  expect(await bed.projects(instanceId, true)).toEqual([`${instanceId}-100`]);
  expect(coordinator.told('retired')).toEqual([expect.objectContaining({ removed: [`${instanceId}-101`] })]);
  expect(coordinator.told('failed')).toEqual([]);
}, 60_000);

test('the first candidate that binds is published, and on the address of the host only', async () => {
  const instanceId = anInstance();
  await bed.deploy({ instanceId: anInstance(), seq: 100, ports: [20041] });

  const { coordinator } = await bed.deploy({ instanceId, seq: 100, ports: [20041, 20042] });

  expect(coordinator.told('ready')[0]).toMatchObject({ target_port: 20042 });
  const ports = await bed.host.docker(['ps', '--filter', `label=ark.instance=${instanceId}`, '--format', '{{.Ports}}']);
  expect(ports).toBe(`${bed.host.address}:20042->8080/tcp`);
}, 60_000);

test('inputs reach the container as they are and are no template, neither for Ansible nor for Compose', async () => {
  const instanceId = anInstance();
  const value = `{{ lookup('pipe','touch /tmp/x') }} \${HOME} $HOME $$ 'q" é\n#`;
  const only = [{ env: 'ONLY_OTHER', value: 'no', secret: false, services: ['other'] }];
  const release = { inputs: [{ env: 'APP_TITLE', value, secret: false }, ...only] };
  const compose = { services: { ...COMPOSE.services, other: { ...COMPOSE.services.web } } };

  const { result } = await bed.deploy({ instanceId, seq: 100, ports: [20051], release, compose });

  expect(result).toBe('SUCCESS');
  const filter = ['--filter', `label=ark.instance=${instanceId}`, '--filter', 'label=com.docker.compose.service=web'];
  const id = await bed.host.docker(['ps', '-q', ...filter]);
  const inspected = JSON.parse(await bed.host.docker(['inspect', id])) as [{ Config: { Env: string[] } }];
  expect(inspected[0].Config.Env).toContain(`APP_TITLE=${value}`);
  expect(inspected[0].Config.Env).toContain(`ARK_INSTANCE=${instanceId}`);
  expect(inspected[0].Config.Env.join()).not.toContain('ONLY_OTHER');
}, 60_000);

test.each([['ended', 'TERM', 20061], ['died', 'KILL', 20064]] as const)('every link leads to its own app after the engine %s', async (_how, by, port) => {
  const [one, other] = [anInstance(), anInstance()];
  await bed.deploy({ instanceId: one, seq: 100, ports: [port] });
  await bed.deploy({ instanceId: other, seq: 100, ports: [port + 1] });
  const namesBefore = await bed.host.docker(['ps', '--format', '{{.Names}} {{.Ports}}']);

  await bed.host.restartEngine(AbortSignal.timeout(30_000), by);
  const both = async () => Promise.all([bed.get(port), bed.get(port + 1)]);
  await until(both, (answers) => answers.every((answer) => answer !== undefined));

  const names = await bed.host.docker(['ps', '--format', '{{.Names}} {{.Ports}}']);
  expect(names.split('\n').sort()).toEqual(namesBefore.split('\n').sort());
}, 60_000);

test('what killed jobs left is removed and reported; projects of other instances stay', async () => {
  const [instanceId, other] = [anInstance(), anInstance()];
  await bed.deploy({ instanceId, seq: 100, ports: [20071] });
  await bed.deploy({ instanceId: other, seq: 100, ports: [20072] });

  const { coordinator } = await bed.deploy({ instanceId, seq: 102, keep: [], ports: [20073] });

  expect(await bed.projects(instanceId)).toEqual([`${instanceId}-102`]);
  expect(coordinator.told('retired')[0]).toMatchObject({ removed: [`${instanceId}-100`] });
  expect(await bed.projects(other, true)).toEqual([`${other}-100`]);
}, 60_000);

test('an order to stop leaves containers in place; an order to start brings a release up again', async () => {
  const instanceId = anInstance();
  const keep = [`${instanceId}-100`];
  await bed.deploy({ instanceId, seq: 100, ports: [20081] });

  const stop = await bed.deploy({ instanceId, seq: 101, keep, over: { action: 'stop', endpoints: [] } });
  await bed.host.restartEngine(AbortSignal.timeout(30_000), 'KILL');
  const whileStopped = [await bed.projects(instanceId), await bed.projects(instanceId, true)];
  const start = await bed.deploy({ instanceId, seq: 102, keep, ports: [20082], over: { action: 'start' } });

  expect([stop.result, start.result]).toEqual(['SUCCESS', 'SUCCESS']);
  expect(whileStopped).toEqual([[`${instanceId}-100`], []]);
  expect(stop.coordinator.told('ready')).toEqual([]);
  expect(await bed.get(20082)).toMatchObject({ status: 200 });
  expect(await bed.projects(instanceId)).toEqual([`${instanceId}-102`]);
}, 60_000);
