import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { aBuild, answer, json, recorded, ScriptedJenkins, type BuildFields } from './scripted-jenkins.ts';

const JOB = 'ark-deploy-instance';
const NOW = 1_795_326_892_235;
const MINUTE = 60_000;
const { signal } = new AbortController();
const emptyQueue = json({ _class: 'hudson.model.Queue', items: [] });
let jenkins: ScriptedJenkins;

beforeEach(async () => {
  jenkins = await new ScriptedJenkins().open();
});
afterEach(() => jenkins.close());

const read = (name: string) => {
  jenkins.reply(recorded(name));
  return jenkins.client().readBuild({ job: JOB, number: 9 }, signal);
};
const find = (deploymentId = 'd-1') =>
  jenkins.client().find({ job: JOB, deploymentId: deploymentId, sinceMs: NOW }, signal);
const page = (...builds: BuildFields[]) => json({ allBuilds: builds.map(aBuild) });

test('a running build has its parameters, booleans as text, passwords left out', async () => {
  const build = await read('build-running');

  expect(build).toMatchObject({ job: JOB, running: true, url: `${jenkins.url}/job/${JOB}/9/` });
  expect(build?.parameters).toMatchObject({
    INSTANCE_ID: expect.any(String),
    DRY_RUN: expect.stringMatching(/true|false/),
  });
  expect(build?.parameters).not.toHaveProperty('DB_PASSWORD');
  expect(build).not.toHaveProperty('result');
});

test('a result that Jenkins shows while the build still runs does not count', async () => {
  const build = await read('build-post-running');

  expect(build?.running).toBe(true);
  expect(build).not.toHaveProperty('result');
});

test('a build that neither builds nor has a result still counts as running', async () => {
  jenkins.reply(json(aBuild({ number: 9, building: false, result: null })));

  expect(await jenkins.client().readBuild({ job: JOB, number: 9 }, signal)).toMatchObject({ running: true });
});

test('who interrupted a build is no cause of it', async () => {
  const build = await read('build-aborted');

  expect(build).toMatchObject({ running: false, result: 'ABORTED', interrupted_by: 'Aborted by bot' });
  expect(build?.causes.map((cause) => cause.text)).toEqual(['Started by user bot']);
});

test('a rebuild shows both of its causes, and which build it repeats', async () => {
  const build = aBuild({ number: 9 });
  const kind = 'com.sonyericsson.rebuild.RebuildCause';
  const rebuilt = { _class: kind, shortDescription: 'Rebuilds build #2', upstreamBuild: 22 };
  (build['actions'] as unknown[]).push({ _class: 'hudson.model.CauseAction', causes: [rebuilt] });
  jenkins.reply(json(build));

  expect((await jenkins.client().readBuild({ job: JOB, number: 9 }, signal))?.causes).toEqual([
    { kind: 'hudson.model.Cause$UserIdCause', text: 'Started by user bot', user_id: 'bot' },
    { kind, text: 'Rebuilds build #2', repeats: 22 },
  ]);
});

test.each([
  ['org.jenkinsci.plugins.workflow.cps.replay.ReplayCause', 'Replayed #1', 1],
  [
    'org.jenkinsci.plugins.pipeline.modeldefinition.causes.RestartDeclarativePipelineCause',
    ...['Restarted from build #12, stage Deploy', 12],
  ],
  ['hudson.model.Cause$UpstreamCause', 'Started by upstream project "up" build number #1', undefined],
] as const)('%s: the repeated build is read from the words', async (kind, text, repeats) => {
  const build = aBuild({ number: 9 });
  const cause = { _class: kind, shortDescription: text };
  (build['actions'] as unknown[]).push({ _class: 'hudson.model.CauseAction', causes: [cause] });
  jenkins.reply(json(build));

  const shown = await jenkins.client().readBuild({ job: JOB, number: 9 }, signal);

  expect(shown?.causes[1]?.repeats).toBe(repeats);
});

test('a build that Jenkins does not know is undefined', async () => {
  expect(await read('build-missing')).toBeUndefined();
});

test('the queue is searched before the builds, and placeholder tasks are passed over', async () => {
  jenkins.reply(recorded('queue-placeholder'), page());

  expect(await find()).toEqual({ kind: 'none' });
  expect(jenkins.seen.map(({ url }) => url.split('?')[0])).toEqual([
    '/queue/api/json',
    `/job/${JOB}/api/json`,
  ]);
});

test('an item of our job that carries the id and our cause is found', async () => {
  jenkins.reply(recorded('queue-list'), page());

  expect(await find('d-1')).toEqual({ kind: 'queued', queueId: '3' });
});

test('odd items of others in the queue do not disturb the search', async () => {
  const { actions } = aBuild({ number: 1 });
  const ours = { id: 7, task: { url: `http://root.example/job/${JOB}/` }, actions };
  jenkins.reply(json({ items: [{ id: 1 }, { id: 'x', task: null }, { id: 2, task: {} }, ours] }), page());

  expect(await find()).toEqual({ kind: 'queued', queueId: '7' });
});

test('an item with 63 bits of id is found under all its digits', async () => {
  const { actions } = aBuild({ number: 1 });
  const item = { id: 0, task: { url: `http://root.example/x/job/${JOB}/` }, actions };
  jenkins.reply(
    json(JSON.stringify({ items: [item] }).replace('"id":0', '"id":2969441884878332554')),
    page(),
  );

  expect(await find()).toEqual({ kind: 'queued', queueId: '2969441884878332554' });
});

test.each([
  ['of another job', `http://root.example/job/team/job/${JOB}/`, 'bot'],
  ['of another account', `http://root.example/job/${JOB}/`, 'alice'],
])('an item %s with the same id is not ours', async (_name, url, user) => {
  const { actions } = aBuild({ number: 1, users: [user] });
  jenkins.reply(json({ items: [{ id: 7, task: { url }, actions }] }), page());

  expect(await find()).toEqual({ kind: 'none' });
});

test('a build that carries the id is found, rather than a queued rebuild of it', async () => {
  const { actions } = aBuild({ number: 1 });
  const items = [{ id: 7, task: { url: `http://root.example/job/${JOB}/` }, actions }];
  jenkins.reply(json({ items }), page({ number: 8, deploymentId: 'd-2' }, { number: 7 }));

  expect(await find()).toMatchObject({ kind: 'build', build: { number: 7 } });
});

test('of several builds with the id, the first that our account alone started is found', async () => {
  jenkins.reply(
    emptyQueue,
    page(
      { number: 9 },
      { number: 8 },
      { number: 7, users: ['bot', 'alice'] },
      { number: 6, users: ['alice'] },
    ),
  );

  expect(await find()).toMatchObject({ build: { number: 8 } });
});

test('a build that merged with the order of somebody else is found when there is no other', async () => {
  jenkins.reply(emptyQueue, page({ number: 7, users: ['Bot', 'alice'] }));

  expect(await find()).toMatchObject({ build: { number: 7 } });
});

test('ranges of builds are read until they are older than the order', async () => {
  const range = (first: number, ageMs: number) =>
    page(
      ...Array.from({ length: 50 }, (_, i) => ({
        number: first - i,
        deploymentId: 'x',
        timestamp: NOW - ageMs,
      })),
    );
  jenkins.reply(emptyQueue, range(200, 0), range(155, 4 * MINUTE), range(110, 6 * MINUTE));

  expect(await find()).toEqual({ kind: 'none' });
  const trees = jenkins.seen
    .slice(1)
    .map(({ url }) => new URLSearchParams(url.split('?')[1]).get('tree') ?? '');
  expect(trees.map((tree) => tree.slice(tree.lastIndexOf('{')))).toEqual(['{0,50}', '{45,95}', '{90,140}']);
  expect(trees[0]).toMatch(/^allBuilds\[number,/);
});

test('a job that does not exist has no builds; a server that is not Jenkins is an error', async () => {
  jenkins.reply(emptyQueue, recorded('build-missing'), emptyQueue, answer(404, {}));

  expect(await find()).toEqual({ kind: 'none' });
  await expect(find()).rejects.toMatchObject({ code: 'build_server_unavailable' });
});

test('a job is shown or not; a server that is not Jenkins is an error', async () => {
  jenkins.reply(json({ name: JOB }), recorded('build-missing'), answer(404, {}));
  const shows = () => jenkins.client().showsJob(JOB, signal);

  expect(await shows()).toBe(true);
  expect(await shows()).toBe(false);
  await expect(shows()).rejects.toMatchObject({ code: 'build_server_unavailable' });
  expect(jenkins.seen[0]?.url).toBe(`/job/${JOB}/api/json?tree=name`);
});
