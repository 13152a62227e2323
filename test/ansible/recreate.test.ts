import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { until } from '../testbed/until.ts';
import { IMAGE } from './claims.ts';
import { anInstance, HostBed } from './host-bed.ts';

let bed: HostBed;

beforeAll(async () => {
  bed = await HostBed.open();
}, 240_000);
afterEach(async () => bed.endJobs());
afterAll(async () => bed.close(), 60_000);

const RECREATE = { strategy: 'recreate' };
const SILENT = { services: { web: { image: IMAGE, command: ['sleep', '60'], stop_grace_period: '1s' } } };

test('recreate tells every stage, takes the old away, and the old is removed after the switch', async () => {
  const instanceId = anInstance();
  await bed.deploy({ instanceId, seq: 100, ports: [20001], over: RECREATE });

  const { coordinator, job } = await bed.job({ instanceId, seq: 101, keep: [`${instanceId}-100`], ports: [20002], over: RECREATE });
  coordinator.on('ready', () => ({ body: { decision: 'switched', retire: [`${instanceId}-100`] } }));

  const { result } = await job.run();

  expect(result).toBe('SUCCESS');
  const stages = coordinator.told('progress').map(({ stage, status }) => `${String(stage)} ${String(status)}`);
  expect(stages).toEqual([
    'prepare started', 'prepare done', 'pull started', 'pull done', 'stop started', 'stop done', 'start started',
    'start done', 'gate started', 'gate done', 'publish started', 'publish done', 'retire started', 'retire done',
  ]); // prettier-ignore
  expect(await bed.projects(instanceId)).toEqual([`${instanceId}-101`]);
  expect(await bed.get(20002)).toMatchObject({ status: 200 });
}, 60_000);

test('when the stop cannot be told, the running app is not stopped', async () => {
  const instanceId = anInstance();
  await bed.deploy({ instanceId, seq: 100, ports: [20011], over: RECREATE });
  const { coordinator, job } = await bed.job({ instanceId, seq: 101, keep: [`${instanceId}-100`], ports: [20012], over: RECREATE });
  coordinator.on('progress', ({ body }) => (body['stage'] === 'stop' ? { status: 409, body: { code: 'already_decided' } } : {}));

  await job.run();

  expect(await bed.projects(instanceId, true)).toEqual([`${instanceId}-100`]);
  expect(await bed.shell(`docker inspect -f '{{.State.FinishedAt}}' $(docker ps -q --filter label=ark.instance=${instanceId})`)).toContain('0001-01-01');
}, 60_000);

test('a new release that fails its gate gives way to the old one on its old port', async () => {
  const instanceId = anInstance();
  await bed.deploy({ instanceId, seq: 100, ports: [20021], over: RECREATE });
  const over = { ...RECREATE, health: { path: '/', timeout_s: 2 } };

  const end = await bed.deploy({
    instanceId, seq: 101, keep: [`${instanceId}-100`], ports: [20022], compose: SILENT, over,
  }); // prettier-ignore

  expect(end.coordinator.told('failed')[0]).toMatchObject({ reason: 'health_gate_failed', stage: 'gate' });
  expect(await bed.projects(instanceId)).toEqual([`${instanceId}-100`]);
  expect(await bed.get(20021)).toMatchObject({ status: 200 });
}, 60_000);

test('a job killed during recreate leaves an app running: the host ends the work alone', async () => {
  const instanceId = anInstance();
  await bed.deploy({ instanceId, seq: 100, ports: [20031], over: RECREATE });
  const over = { ...RECREATE, health: { path: '/', timeout_s: 6 } };
  const { job } = await bed.job({ instanceId, seq: 101, keep: [`${instanceId}-100`], ports: [20032], compose: SILENT, over });

  void job.run();
  await until(async () => (await bed.projects(instanceId, true)).join() === `${instanceId}-101`, Boolean);
  job.kill();
  // The plug of the ssh connection is pulled too.
  await bed.shell("pkill -KILL -u ark -f 'sshd: ark' || true");

  await until(async () => (await bed.get(20031))?.status === 200, Boolean);
  await until(async () => (await bed.projects(instanceId)).join() === `${instanceId}-100`, Boolean);
}, 90_000);

test('a recreate that is abandoned after ready starts the old release again', async () => {
  const instanceId = anInstance();
  await bed.deploy({ instanceId, seq: 100, ports: [20041], over: RECREATE });
  const { coordinator, job } = await bed.job({ instanceId, seq: 101, keep: [`${instanceId}-100`], ports: [20042], over: RECREATE });
  coordinator.on('ready', () => ({ body: { decision: 'abandoned', reason: 'no' } }));

  await job.run();

  expect(await bed.projects(instanceId)).toEqual([`${instanceId}-100`]);
  expect(await bed.get(20041)).toMatchObject({ status: 200 });
}, 60_000);
