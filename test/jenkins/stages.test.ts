import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Client, GRANTED } from './client.ts';
import { startFakeCoordinator, type FakeCoordinator } from './fake-coordinator.ts';

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

test('several stages go in one call, and stop is told only for a recreate of something live', async () => {
  await client.call('claim');
  await client.call('progress', 'prepare', 'done', 'stop', 'started', 'start', 'started');
  coordinator.on('claim', () => ({ body: { ...GRANTED, strategy: 'recreate' } }));
  await client.call('claim');
  await client.call('progress', 'stop', 'started');

  expect(coordinator.told('progress').map(({ stage }) => stage)).toEqual(['prepare', 'start', 'stop']);
});

test('the stages that the host went through are told with the time since, and a refusal of one stops nothing', async () => {
  await client.call('claim');
  const marks = [
    { stage: 'prepare', status: 'done', at: Date.now() / 1000 - 7 },
    { stage: 'pull', status: 'started', at: Date.now() / 1000 - 7 },
    { stage: 'pull', status: 'done', at: Date.now() / 1000 - 2 },
  ];
  writeFileSync(join(client.folder, 'marks.json'), JSON.stringify(marks));
  await client.call('progress', 'start', 'started');

  const told = coordinator.told('progress');
  expect(told.map(({ stage, status }) => `${String(stage)} ${String(status)}`)).toEqual([
    ...['prepare done', 'pull started', 'pull done', 'start started'],
  ]);
  for (const [index, seconds] of [7, 7, 2].entries()) {
    const since = Number(told[index]?.['ago_ms']) / 1000;
    expect([since >= seconds, since < seconds + 5]).toEqual([true, true]);
  }
  expect(told[3]).not.toHaveProperty('ago_ms');

  writeFileSync(join(client.folder, 'marks.json'), JSON.stringify(marks));
  coordinator.on('progress', () => ({ status: 409, body: { code: 'already_decided' } }));
  coordinator.on('failed', () => ({ body: { decision: 'abandoned', reason: 'r' } }));
  expect(await client.call('failed')).toMatchObject({
    code: 0,
    output: expect.stringContaining('the pages may lack a step'),
  });
  expect(coordinator.told('failed')).toHaveLength(1);
});
