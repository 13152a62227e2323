import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { failedSchema } from '../../src/deployments/callback-schemas.ts';
import { Client, GRANTED } from './client.ts';
import { startFakeCoordinator, type FakeCoordinator } from './fake-coordinator.ts';

const STARTED = {
  project: 'acme-1-1763790000',
  endpoints: { web: { port: 20001, container_name: 'c', container_id: 'abc' } },
  image_ids: { web: { id: 'sha256:1' } },
};

let coordinator: FakeCoordinator;
let client: Client;

beforeEach(async () => {
  coordinator = await startFakeCoordinator();
  client = new Client(coordinator);
  coordinator.on('claim', () => ({ body: GRANTED }));
});
afterEach(async () => {
  client.dispose();
  await coordinator.close();
});

test('a granted claim lays out private files, and the lease stays out of the console and of release.json', async () => {
  const { code, output } = await client.call('claim');

  expect(code).toBe(0);
  expect(coordinator.received[0]?.body).toEqual({
    protocol: 1,
    job: 'ark-deploy-instance',
    build_number: 7,
    deployment_id: 'd-1',
  });
  expect(coordinator.faults).toEqual([]);
  expect([
    client.mode(''),
    client.mode('release.json'),
    client.mode('claim.json'),
    client.mode('known_hosts'),
  ]).toEqual(['700', '600', '600', '600']);
  expect(JSON.stringify(client.read('release.json'))).not.toContain('lease-secret-1');
  expect(JSON.stringify(client.read('claim.json'))).not.toContain('input-secret');
  for (const secret of ['lease-secret-1', 'input-secret', coordinator.key])
    expect(output).not.toContain(secret);
});

test.each([
  [
    409,
    { code: 'superseded', detail: 'A newer deployment is live', link: 'https://ark/d/2' },
    /superseded.*https:\/\/ark\/d\/2/,
  ],
  [410, { code: 'instance_deleted', detail: 'This instance was deleted' }, /deleted/],
  [403, { code: 'fields_edited', detail: 'These fields differ: TARGET_HOST, ENV' }, /TARGET_HOST, ENV/],
  [400, { code: 'start_from_panel', detail: 'Names no instance' }, /start this from the panel/],
  [
    409,
    { code: 'duplicate_build', detail: 'Another build claimed it', link: 'https://jenkins/7' },
    /duplicate.*https:\/\/jenkins\/7/,
  ],
])(
  'a claim refused with %i %o ends the script with one line and leaves no claim',
  async (status, body, line) => {
    coordinator.on('claim', () => ({ status, body }));

    const { code, output } = await client.call('claim');

    expect(code).toBe(1);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(output).toMatch(line);
    expect(client.read('claim.json')).toBeUndefined();
    const { code: progress } = await client.call('progress', 'prepare', 'started');
    expect(progress).toBe(1);
  },
);

test('no answer, unsigned 401, 429 and 5xx are tried again with the same id and body', async () => {
  const replies = [
    { lost: true },
    { status: 401, unsigned: true },
    { status: 429, unsigned: true },
    { status: 502, unsigned: true },
  ];
  coordinator.on('claim', (_message, tries) => replies[tries] ?? { body: GRANTED });

  const { code } = await client.call('claim');

  expect(code).toBe(0);
  expect(coordinator.received).toHaveLength(5);
  expect(new Set(coordinator.received.map(({ id, body }) => id + JSON.stringify(body))).size).toBe(1);
  expect(new Set(coordinator.received.map(({ timestamp }) => timestamp)).size).toBeGreaterThan(1);
  expect(coordinator.faults).toEqual([]);
}, 30_000);

test.each([
  ['200', { status: 200, unsigned: true, body: GRANTED }],
  ['404', { status: 404, unsigned: true }],
  ['a redirect', { status: 302, unsigned: true }],
])('%s without a signature is not believed and stops the script', async (_name, reply) => {
  coordinator.on('claim', () => reply);

  const { code, output } = await client.call('claim');

  expect([code, coordinator.received.length]).toEqual([1, 1]);
  expect(output).toContain('somebody who does not know our key');
});

test('an answer signed for another status is not believed', async () => {
  coordinator.on('claim', () => ({ status: 200, body: GRANTED, signedStatus: 409 }));

  expect((await client.call('claim')).code).toBe(1);
});

test('a revoked key stops at once and undoes nothing later', async () => {
  await client.call('claim');
  coordinator.on('progress', () => ({ status: 401, unsigned: true, body: { code: 'callback_key_revoked' } }));

  const { code, output } = await client.call('progress', 'prepare', 'started');
  const undo = await client.script('ark-play', ['undo'], { ARK_HOME: '/nowhere' });
  const failed = await client.call('failed');

  expect([code, undo.code, failed.code]).toEqual([1, 0, 0]);
  expect(output).toContain('revoked; nothing was undone');
  expect(client.read('undone.json')).toBeUndefined();
  expect(coordinator.told('failed')).toEqual([]);
});

test('busy is waited for, naming the holder once', async () => {
  const busy = {
    status: 423,
    body: { code: 'busy', detail: 'Another build is at work', by: 'alice', link: 'https://jenkins/6' },
  };
  coordinator.on('claim', (_message, tries) => (tries < 2 ? busy : { body: GRANTED }));

  const { code, output } = await client.call('claim');

  expect(code).toBe(0);
  expect(output.match(/by alice\): https:\/\/jenkins\/6/g)).toHaveLength(1);
}, 30_000);

test('ready repeats the same id until the decision, which it keeps', async () => {
  await claimedAndStarted();
  const states = [{ state: 'verifying' }, { state: 'verifying' }, { state: 'draining', open: 2 }];
  coordinator.on('ready', (_message, tries) =>
    states[tries]
      ? { status: 202, body: states[tries] }
      : { body: { decision: 'switched', retire: ['acme-1-1763780000'] } },
  );

  const { code, durationMs } = await client.call('ready');

  expect(code).toBe(0);
  expect(durationMs).toBeLessThan(5000);
  expect(coordinator.received.filter(({ name }) => name === 'ready')).toHaveLength(4);
  expect(coordinator.told('ready')).toEqual([
    {
      lease: 'lease-secret-1', deployment_id: 'd-1', target_host: '100.64.10.11', target_port: 20001,
      container_name: 'c', container_id: 'abc', ...STARTED,
    },
  ]); // prettier-ignore
  expect(client.read('decision.json')).toEqual({
    decision: 'switched',
    retire: ['acme-1-1763780000'],
    reason: '',
  });
}, 30_000);

test.each([
  [['acme-1-data']],
  [['other-1-5']],
  [['acme-1-1763790000']],
  [['acme-1-5; reboot']],
  ['acme-1-5'],
])('a decision that would remove %j is refused', async (retire) => {
  await claimedAndStarted();
  coordinator.on('ready', () => ({ body: { decision: 'switched', retire } }));

  const { code, output } = await client.call('ready');

  expect(code).toBe(1);
  expect(output).toContain('not well formed');
  expect(client.read('decision.json')).toBeUndefined();
});

test('failed tells stage, reason and a bounded tail, once', async () => {
  await client.call('claim');
  await client.call('progress', 'prepare', 'started');
  writeFileSync(join(client.folder, 'log.txt'), `${'x'.repeat(20_000)}\nlast line\n`);
  coordinator.on('failed', () => ({ body: { decision: 'abandoned', reason: 'r' } }));

  await client.call('failed', '--aborted');
  await client.call('failed', '--aborted');

  const [told, ...more] = coordinator.told('failed');
  expect(more).toEqual([]);
  expect(told).toMatchObject({ lease: 'lease-secret-1', stage: 'prepare', reason: 'build_aborted' });
  expect(told).not.toHaveProperty('detail');
  expect(String(told?.['log_tail']).length).toBeLessThanOrEqual(8192);
  expect(told?.['log_tail']).toContain('last line');
});

test('a failure in several lines is told in one, of at most 500 characters, and not lost', async () => {
  await client.call('claim');
  const detail = `docker pull failed:\n${'x '.repeat(400)}a\r\n\u001b[31mb\u2028c \ud800 d\n`;
  writeFileSync(join(client.folder, 'failure.json'), JSON.stringify({ reason: 'engine_failed', detail }));
  coordinator.on('failed', () => ({ body: { decision: 'abandoned', reason: 'r' } }));

  await client.call('failed');

  const [told] = coordinator.told('failed');
  expect(told?.['detail']).toMatch(/^(x ){200,}a \[31mb c d$/);
  expect(String(told?.['detail']).length).toBeLessThanOrEqual(500);
  expect(failedSchema.validate(told).error).toBeUndefined();
});

test.each([
  ['host', { ...GRANTED, host: { ...GRANTED.host, address: 'evil; reboot' } }],
  ['user', { ...GRANTED, host: { ...GRANTED.host, user: '-oProxyCommand=x' } }],
  ['host key', { ...GRANTED, host: { ...GRANTED.host, host_key: 'ssh-ed25519 AAAA\n* ssh-ed25519 BBBB' } }],
  ['seq', { ...GRANTED, seq: '1 2' }],
  ['instance', { ...GRANTED, instance_id: '../x' }],
  ['keep', { ...GRANTED, keep: ['other-5'] }],
])('a signed claim with a malformed %s is refused', async (_name, body) => {
  coordinator.on('claim', () => ({ body }));

  const { code, output } = await client.call('claim');

  expect(code).toBe(1);
  expect(output).toContain('not well formed');
  expect(client.read('claim.json')).toBeUndefined();
});

test('the folder of a build killed hours ago is removed by the next one, a fresh one stays', async () => {
  const [old, fresh, other] = ['ark-3', 'ark-6', 'ark-notes'].map((name) => join(client.workspace, name));
  for (const folder of [old, fresh, other]) mkdirSync(folder ?? '');
  const threeHoursAgo = new Date(Date.now() - 3 * 3_600_000);
  for (const folder of [old, other]) utimesSync(folder ?? '', threeHoursAgo, threeHoursAgo);

  await client.call('claim');

  expect(readdirSync(client.workspace).sort()).toEqual(['ark-6', 'ark-7', 'ark-notes']);
});

test('ark-clean removes the folder, also when there is none', async () => {
  await client.call('claim');

  const ends = [await client.script('ark-clean', []), await client.script('ark-clean', [])];

  expect(ends.map(({ code }) => code)).toEqual([0, 0]);
  expect(readdirSync(client.workspace)).toEqual([]);
});

test('without a proper key nothing is sent', async () => {
  const { code, output } = await client.script('ark-callback', ['claim'], {
    ARK_CALLBACK_KEY: 'whsec_c2hvcnQ=',
  });

  expect(code).toBe(1);
  expect(output).toContain('ark-callback-key');
  expect(output).not.toContain('c2hvcnQ');
  expect(coordinator.received).toEqual([]);
});

async function claimedAndStarted(): Promise<void> {
  await client.call('claim');
  writeFileSync(join(client.folder, 'started.json'), JSON.stringify(STARTED));
}
