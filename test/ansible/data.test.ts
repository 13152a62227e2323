import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { IMAGE } from './claims.ts';
import { anInstance, HostBed, type Order } from './host-bed.ts';
import { until } from '../testbed/until.ts';

let bed: HostBed;

beforeAll(async () => {
  bed = await HostBed.open();
}, 240_000);
afterEach(async () => bed.endJobs());
afterAll(async () => bed.close(), 60_000);

const WITH_DATA: Pick<Order, 'compose' | 'dataCompose' | 'release'> = {
  compose: {
    networks: { data: { internal: true } },
    services: {
      web: { image: IMAGE, networks: ['default', 'data'], init: true },
      // Ends at once unless it reaches the data service by its name.
      check: { image: IMAGE, networks: ['data'], command: ['sh', '-c', 'wget -q -O /dev/null http://db:8080/ && sleep 600'] },
    },
  },
  dataCompose: {
    networks: { data: { internal: true } },
    volumes: { files: null },
    services: { db: { image: IMAGE, networks: ['data'], init: true, volumes: ['files:/data'] } },
  },
  release: { secrets: [{ name: 'DB_PASSWORD', length: 32 }] },
};

function order(instanceId: string, seq: number, port: number): Order {
  return { ...WITH_DATA, instanceId, seq, ports: [port] };
}

async function environmentOf(instanceId: string, service: string): Promise<string[]> {
  const filter = ['--filter', `label=ark.instance=${instanceId}`, '--filter', `label=com.docker.compose.service=${service}`];
  const id = await bed.host.docker(['ps', '-q', ...filter]);
  return (JSON.parse(await bed.host.docker(['inspect', id])) as [{ Config: { Env: string[] } }])[0].Config.Env;
}

test('data is a project of its own that the release reaches, and a switch leaves it alone', async () => {
  const instanceId = anInstance();
  const first = await bed.deploy(order(instanceId, 100, 20001));
  const network = ['network', 'inspect', '--format', '{{.Internal}} {{index .Labels "ark.role"}}', `${instanceId}-data`];
  expect(await bed.host.docker(network)).toBe('true data');
  const before = await bed.host.docker(['ps', '-q', '--filter', `label=com.docker.compose.project=${instanceId}-data`]);

  const second = await bed.deploy({ ...order(instanceId, 101, 20002), keep: [`${instanceId}-100`] });

  expect([first.result, second.result]).toEqual(['SUCCESS', 'SUCCESS']);
  expect(await bed.projects(instanceId, true)).toEqual([`${instanceId}-101`, `${instanceId}-data`]);
  const after = await bed.host.docker(['ps', '-q', '--filter', `label=com.docker.compose.project=${instanceId}-data`]);
  expect(after).toBe(before);
}, 90_000);

test('a secret is made on the host, once, reaches both projects and never the agent', async () => {
  const instanceId = anInstance();
  const { log, coordinator } = await bed.deploy(order(instanceId, 100, 20011));
  const path = `/opt/ark/instances/${instanceId}/secrets/DB_PASSWORD`;
  const secret = await bed.shell(`cat ${path}`);
  await bed.deploy({ ...order(instanceId, 101, 20012), keep: [`${instanceId}-100`] });

  expect(secret).toMatch(/^[A-Za-z0-9]{32}$/);
  expect(await bed.shell(`cat ${path}; stat -c ' %a %U' ${path}`)).toBe(`${secret} 600 ark`);
  expect(await environmentOf(instanceId, 'web')).toContain(`DB_PASSWORD=${secret}`);
  expect(await environmentOf(instanceId, 'db')).toContain(`DB_PASSWORD=${secret}`);
  expect(log + JSON.stringify(coordinator.received)).not.toContain(secret);
}, 90_000);

test('with the data there but its secret gone, the deployment stops and makes no new one', async () => {
  const instanceId = anInstance();
  await bed.deploy(order(instanceId, 100, 20021));
  const folder = `/opt/ark/instances/${instanceId}/secrets`;
  await bed.shell(`rm -r ${folder}`);

  const { coordinator } = await bed.deploy({ ...order(instanceId, 101, 20022), keep: [`${instanceId}-100`] });

  expect(coordinator.told('failed')[0]).toMatchObject({ reason: 'secrets_missing', stage: 'prepare' });
  expect(await bed.shell(`ls ${folder} 2>/dev/null | wc -l`)).toBe('0');
  expect(await bed.projects(instanceId, true)).toEqual([`${instanceId}-100`, `${instanceId}-data`]);
}, 90_000);

test('a removal takes everything but the fence; kept data comes back with its secret', async () => {
  const instanceId = anInstance();
  await bed.deploy(order(instanceId, 100, 20031));
  const secret = await bed.shell(`cat /opt/ark/instances/${instanceId}/secrets/DB_PASSWORD`);
  const over = { action: 'destroy', endpoints: [], release: undefined, health: undefined, strategy: undefined };

  const keeping = await bed.deploy({ instanceId, seq: 101, over: { ...over, keep: [`${instanceId}-data`] } }, { job: 'destroy' });
  const kept = await bed.projects(instanceId);
  await bed.deploy(order(instanceId, 102, 20032));
  const secretAfter = await bed.shell(`cat /opt/ark/instances/${instanceId}/secrets/DB_PASSWORD`);
  const whole = await bed.deploy({ instanceId, seq: 103, over: { ...over, keep: [] } }, { job: 'destroy' });

  expect([keeping.result, whole.result]).toEqual(['SUCCESS', 'SUCCESS']);
  expect(kept).toEqual([`${instanceId}-data`]);
  expect(secretAfter).toBe(secret);
  expect(whole.coordinator.told('removed')[0]).toMatchObject({ removed: [`${instanceId}-102`, `${instanceId}-data`] });
  const left = await bed.shell(`docker ps -aq --filter label=ark.instance=${instanceId}; docker volume ls -q --filter label=ark.instance=${instanceId}; docker network ls -q --filter label=ark.instance=${instanceId}; ls /opt/ark/instances`);
  expect(left).not.toContain(instanceId);
  expect(await bed.shell(`cat /opt/ark/fence/${instanceId}`)).toContain('"103"');
}, 120_000);

test('a migration runs before the services, a singleton only after the switch', async () => {
  const instanceId = anInstance();
  const compose = {
    services: {
      web: { image: IMAGE, init: true },
      migrate: { image: IMAGE, command: ['sh', '-c', 'exit 0'] },
      worker: { image: IMAGE, command: ['sleep', '600'], init: true },
    },
  };
  const release = { singletons: ['worker'], migrate: { service: 'migrate', backward_compatible: true } };
  const { coordinator, job } = await bed.job({ instanceId, seq: 100, ports: [20041], compose, release });
  let atReady = '';
  const names = ['ps', '--all', '--filter', `label=ark.instance=${instanceId}`, '--format', '{{.Label "com.docker.compose.service"}}'];
  let hasLooked = false;
  coordinator.on('ready', () =>
    !hasLooked ? { status: 202, body: { state: 'verifying' } } : { body: { decision: 'switched', retire: [] } },
  );

  const running = job.run();
  await until(async () => coordinator.told('ready').length > 0, Boolean);
  atReady = await bed.host.docker(names);
  hasLooked = true;
  const { result } = await running;

  expect(result).toBe('SUCCESS');
  expect(atReady.split('\n').sort()).toEqual(['migrate', 'web']);
  expect((await bed.host.docker(names)).split('\n').sort()).toEqual(['migrate', 'web', 'worker']);
}, 60_000);

test('a migration that fails says its last line', async () => {
  const instanceId = anInstance();
  const compose = {
    services: {
      web: { image: IMAGE, init: true },
      migrate: { image: IMAGE, command: ['sh', '-c', 'echo begun; echo "no such column: nif"; exit 3'] },
    },
  };
  const release = { migrate: { service: 'migrate', backward_compatible: true } };
  const { coordinator, job } = await bed.job({ instanceId, seq: 100, ports: [20042], compose, release });

  expect((await job.run()).result).toBe('FAILURE');
  expect(coordinator.told('failed')[0]).toMatchObject({
    reason: 'migration_failed',
    detail: 'migrate ended (exit code 3): no such column: nif',
  });
}, 60_000);
