import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { QueueId } from '../../../src/deployments/build-server.ts';
import { answer, json, recorded, ScriptedJenkins, type Reply } from './scripted-jenkins.ts';

const ID = '3' as QueueId;
const { signal } = new AbortController();
let jenkins: ScriptedJenkins;

beforeEach(async () => {
  jenkins = await new ScriptedJenkins().open();
});
afterEach(() => jenkins.close());

const item = (fields: Record<string, unknown>): Reply =>
  json({
    id: 3,
    task: { _class: 'WorkflowJob', name: 'job', url: 'http://root.example/job/job/' },
    actions: [{ parameters: [{ name: 'DEPLOYMENT_ID', value: 'd-1' }] }],
    ...fields,
  });
const waiting = item({ why: 'In the quiet period', stuck: false });

const read = (reply: Reply, deploymentId = 'd-1') => {
  jenkins.reply(reply);
  return jenkins.client().readQueueItem(ID, deploymentId, signal);
};
const cancel = (...replies: Reply[]) => {
  jenkins.reply(...replies);
  return jenkins.client().cancelQueueItem(ID, 'd-1', signal);
};
const posted = () => jenkins.seen.filter(({ method }) => method === 'POST').map(({ url }) => url);

test('recorded items are read as what they are', async () => {
  expect(await read(recorded('item-waiting'))).toMatchObject({
    kind: 'waiting',
    why: expect.stringMatching(/quiet/),
  });
  expect(await read(recorded('item-started'))).toEqual({ kind: 'started', number: 4 });
  expect(await read(recorded('item-cancelled'), '')).toEqual({ kind: 'cancelled' });
  expect(await read(recorded('item-expired'))).toEqual({ kind: 'gone' });
});

test('an item that waits says why, and whether it is stuck', async () => {
  expect(await read(item({ why: 'no label', stuck: true }))).toEqual({
    kind: 'waiting',
    why: 'no label',
    stuck: true,
  });
});

test('an item that left without a build is left, not lost', async () => {
  expect(await read(item({ why: null, cancelled: false, executable: null }))).toEqual({ kind: 'left' });
});

test('an id that a crash gave to another item is gone', async () => {
  expect(await read(recorded('item-reused-id'))).toEqual({ kind: 'gone' });
  expect(await read(recorded('item-buildable'))).toEqual({ kind: 'gone' });
});

test('a waiting item is cancelled by its id', async () => {
  expect(await cancel(waiting, recorded('cancel-done'))).toBe(true);
  expect(posted()).toEqual(['/queue/cancelItem?id=3']);
});

test('an item that is not ours, started or cancelled before gets no cancel', async () => {
  expect(await cancel(recorded('item-reused-id'))).toBe(false);
  expect(await cancel(recorded('item-started'))).toBe(false);
  expect(await cancel(item({ cancelled: true }))).toBe(true);
  expect(posted()).toEqual([]);
});

test('when the cancel comes too late, reading tells what happened', async () => {
  const left = item({ cancelled: false, executable: { number: 9 } });

  expect(await cancel(waiting, recorded('cancel-left'), left)).toBe(false);
  expect(await cancel(waiting, recorded('cancel-left'), item({ cancelled: true }))).toBe(true);
  expect(await cancel(waiting, recorded('cancel-unknown'), recorded('item-expired'))).toBe(false);
});

test('a cancel without the right to it is refused', async () => {
  await expect(cancel(waiting, recorded('cancel-no-right'))).rejects.toMatchObject({
    code: 'build_server_refused',
  });
});

test('a cancel that changed nothing is an error', async () => {
  await expect(cancel(waiting, recorded('cancel-left'), waiting)).rejects.toMatchObject({
    code: 'build_server_unavailable',
  });
});

test.each(['stop', 'term', 'kill'] as const)('%s is asked for with a POST of its own', async (step) => {
  jenkins.reply(answer(302, { location: `/job/team/job/a%20b/7/` }));

  await jenkins.client().stopBuild({ job: 'team/a b', number: 7 }, step, signal);

  expect(posted()).toEqual([`/job/team/job/a%20b/7/${step}`]);
});

test('a stop that leads back to the referer is heard, and one of a gone build changes nothing', async () => {
  const ref = { job: 'free-long', number: 1 };
  jenkins.reply(answer(302, { location: `${jenkins.url}/` }), recorded('stop-missing'));

  await jenkins.client().stopBuild(ref, 'stop', signal);
  await jenkins.client().stopBuild(ref, 'stop', signal);

  expect(posted()).toHaveLength(2);
});

test.each([
  ['a sign-in page', answer(302, { location: '/login?from=x' }), 'build_server_refused'],
  ['a lack of rights', recorded('stop-no-right'), 'build_server_refused'],
  ['a page with 200', answer(200, {}, '<title>Sign in</title>'), 'build_server_unavailable'],
])('a stop that meets %s is an error', async (_name, reply, code) => {
  jenkins.reply(reply);

  const stopping = jenkins.client().stopBuild({ job: 'j', number: 1 }, 'stop', signal);

  await expect(stopping).rejects.toMatchObject({ code });
});

test('the check tells version and account, and refuses an anonymous one', async () => {
  const client = jenkins.client();
  jenkins.reply(recorded('who-am-i'), recorded('who-am-i-anonymous'));

  expect(await client.check(signal)).toEqual({ version: '2.516.2', user: 'bot' });
  await expect(client.check(signal)).rejects.toMatchObject({ code: 'build_server_refused' });
});

test('a server that imitates the answer but is not Jenkins fails the check', async () => {
  jenkins.reply(answer(200, {}, '{"name":"bot","anonymous":false}'));

  await expect(jenkins.client().check(signal)).rejects.toMatchObject({ code: 'build_server_unavailable' });
});
