import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { until } from '../testbed/until.ts';
import { COMPOSE, IMAGE } from './claims.ts';
import { anInstance, HostBed } from './host-bed.ts';

let bed: HostBed;

beforeAll(async () => {
  bed = await HostBed.open();
}, 240_000);
afterEach(async () => bed.endJobs());
afterAll(async () => bed.close(), 60_000);

const BROKEN = { services: { web: { image: IMAGE, command: ['sh', '-c', 'echo "key is $$APP_KEY"; exit 3'] } } };
const SLOW = { services: { web: { image: IMAGE, command: ['sleep', '60'], stop_grace_period: '1s' } } };

test('a release that does not come up is undone, told with its last lines, and secrets are left out', async () => {
  const instanceId = anInstance();
  const inputs = [{ env: 'APP_KEY', value: 'very-secret-42', secret: true }];
  await bed.deploy({ instanceId, seq: 100, ports: [20001] });

  const end = await bed.deploy({
    instanceId, seq: 101, keep: [`${instanceId}-100`], ports: [20002], compose: BROKEN, release: { inputs },
  }); // prettier-ignore

  expect(end.result).toBe('FAILURE');
  const [failed] = end.coordinator.told('failed');
  expect(failed).toMatchObject({ stage: 'gate', reason: 'container_failed' });
  expect(failed?.['detail']).toMatch(/^web .*: key is \[redacted\]$/);
  expect(String(failed?.['log_tail'])).toContain('key is [redacted]');
  expect(JSON.stringify(end.coordinator.received) + end.log).not.toContain('very-secret-42');
  expect(end.coordinator.told('ready')).toEqual([]);
  expect(end.coordinator.told('retired')[0]).toMatchObject({ removed: [`${instanceId}-101`] });
  expect(await bed.projects(instanceId, true)).toEqual([`${instanceId}-100`]);
}, 60_000);

test('a container whose program is missing is told with the words of who could not start it', async () => {
  const compose = { services: { web: { ...COMPOSE.services.web, init: true, command: ['/no/such/program'] } } };

  const { coordinator } = await bed.deploy({ instanceId: anInstance(), seq: 100, ports: [20081], compose });

  const [failed] = coordinator.told('failed');
  expect(failed).toMatchObject({ stage: 'gate', reason: 'container_failed' });
  expect(failed?.['detail']).toMatch(/^web .*: .*exec \/no\/such\/program failed: No such file or directory$/);
}, 60_000);

test('a build with a lower seq touches nothing and tells what the host knows', async () => {
  const instanceId = anInstance();
  await bed.deploy({ instanceId, seq: 205, ports: [20011] });

  const { result, coordinator } = await bed.deploy({ instanceId, seq: 204, keep: [], ports: [20012] });

  expect(result).toBe('FAILURE');
  expect(coordinator.told('failed')[0]).toMatchObject({ reason: 'stale_seq', host_seq: '205', stage: 'prepare' });
  expect(await bed.projects(instanceId, true)).toEqual([`${instanceId}-205`]);
}, 60_000);

test('a stop before ready undoes and tells that it was aborted', async () => {
  const instanceId = anInstance();
  const { coordinator, job } = await bed.job({ instanceId, seq: 100, ports: [20021], compose: SLOW });

  const running = job.run();
  await until(async () => (await bed.projects(instanceId)).length > 0, Boolean);
  job.abort();
  const { result } = await running;

  expect(result).toBe('ABORTED');
  expect(coordinator.told('failed')[0]).toMatchObject({ stage: 'start', reason: 'build_aborted' });
  expect(await bed.projects(instanceId)).toEqual([]);
  expect(await bed.shell('ps -e -o args | grep -c "[a]rk_host.pyz start" || true')).toBe('0');
}, 60_000);

test('a stop after ready removes nothing without a decision, and only what the decision says', async () => {
  const instanceId = anInstance();
  await bed.deploy({ instanceId, seq: 100, ports: [20031] });
  const { coordinator, job } = await bed.job({ instanceId, seq: 101, keep: [`${instanceId}-100`], ports: [20032] });
  coordinator.on('ready', () => ({ status: 202, body: { state: 'draining', open: 1 } }));
  coordinator.on('failed', () => ({ body: { decision: 'switched', retire: [`${instanceId}-100`] } }));

  const running = job.run();
  await until(async () => coordinator.told('ready').length > 0, Boolean);
  job.abort();
  await running;

  expect(await bed.projects(instanceId, true)).toEqual([`${instanceId}-101`]);
  expect(coordinator.told('retired')[0]).toMatchObject({ removed: [`${instanceId}-100`] });
}, 60_000);

test('without an answer after ready both releases stay', async () => {
  const instanceId = anInstance();
  await bed.deploy({ instanceId, seq: 100, ports: [20041] });
  const { coordinator, job } = await bed.job({ instanceId, seq: 101, keep: [`${instanceId}-100`], ports: [20042] });
  coordinator.on('ready', () => ({ status: 202, body: { state: 'verifying' } }));
  coordinator.on('failed', () => ({ status: 404, unsigned: true }));

  const running = job.run();
  await until(async () => coordinator.told('ready').length > 0, Boolean);
  job.abort();
  await running;

  expect(await bed.projects(instanceId, true)).toEqual([`${instanceId}-100`, `${instanceId}-101`]);
}, 60_000);

test('a refused progress (the deployment was cancelled) stops the build before the host starts anything', async () => {
  const instanceId = anInstance();
  const { coordinator, job } = await bed.job({ instanceId, seq: 100, ports: [20051] });
  coordinator.on('progress', ({ body }) =>
    body['stage'] === 'start' ? { status: 409, body: { code: 'already_decided', detail: 'cancelled' } } : {},
  );

  const { result } = await job.run();

  expect(result).toBe('FAILURE');
  expect(await bed.projects(instanceId)).toEqual([]);
  expect(coordinator.told('failed')[0]).toMatchObject({ reason: 'already_decided' });
}, 60_000);

test('a host with another key is not touched', async () => {
  const instanceId = anInstance();
  const stranger = `ssh-ed25519 ${'A'.repeat(68)}`;
  const host = { address: bed.host.address, port: 22, user: bed.host.user, host_key: stranger, sudo: false };

  const { coordinator } = await bed.deploy({ instanceId, seq: 100, ports: [20061], over: { host } });

  expect(coordinator.told('failed')[0]).toMatchObject({ reason: 'host_unreachable', stage: 'prepare' });
  expect(await bed.projects(instanceId)).toEqual([]);
}, 60_000);

test.each([
  ['another digest', { release: { compose_digest: `sha256:${'0'.repeat(64)}` } }, 'compose_digest_mismatch'],
  ['a bind mount', { compose: { services: { web: { ...COMPOSE.services.web, volumes: ['/:/host'] } } } }, 'compose_not_allowed'],
  ['a privileged service', { compose: { services: { web: { ...COMPOSE.services.web, privileged: true } } } }, 'compose_not_allowed'],
  ['an open dollar sign', { compose: { services: { web: { ...COMPOSE.services.web, command: 'echo $HOME' } } } }, 'compose_not_allowed'],
])('a Compose file with %s never runs', async (_name, parts, reason) => {
  const instanceId = anInstance();

  const { coordinator } = await bed.deploy({ instanceId, seq: 100, ports: [20071], ...parts });

  expect(coordinator.told('failed')[0]).toMatchObject({ reason, stage: 'prepare' });
  expect(await bed.projects(instanceId)).toEqual([]);
}, 60_000);
