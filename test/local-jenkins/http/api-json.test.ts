import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Kit, pipelineOf } from '../kit.ts';

let kit: Kit;

beforeAll(async () => {
  kit = await Kit.start(
    { deploy: pipelineOf("sh 'echo one; echo two'") },
    { env: { LOCAL_JENKINS_ROOT_URL: 'http://ci.test/' } },
  );
  for (const ID of ['1', '2', '3']) await kit.untilEnded('deploy', await kit.trigger('deploy', { ID }));
});

afterAll(() => kit.close());

const SEARCH =
  'number,queueId,building,result,timestamp,actions[parameters[name,value],causes[shortDescription,userId]]';

interface JobJson {
  readonly builds: { number: number; actions: unknown[] }[];
  readonly allBuilds: { number: number }[];
}

test('builds are found by their parameters through a tree with a range', async () => {
  const { builds } = await kit.json<JobJson>(`/job/deploy/api/json?tree=builds[${SEARCH}]{0,2}`);
  const { allBuilds } = await kit.json<JobJson>('/job/deploy/api/json?tree=allBuilds[number]{1,3}');

  expect(builds.map(({ number }) => number)).toEqual([3, 2]);
  expect(builds[0]?.actions[0]).toEqual({
    _class: 'hudson.model.ParametersAction',
    parameters: [
      { _class: 'hudson.model.StringParameterValue', name: 'ID', value: '3' },
      { _class: 'hudson.model.StringParameterValue', name: 'MORE', value: 'x' },
      { _class: 'hudson.model.BooleanParameterValue', name: 'DRY', value: false },
      { _class: 'hudson.model.StringParameterValue', name: 'MODE', value: 'deploy' },
    ],
  });
  expect(builds[0]?.actions).toContainEqual({});
  expect(allBuilds.map(({ number }) => number)).toEqual([2, 1]);
});

test('a job shows what Jenkins shows, with links from the configured address', async () => {
  const job = await kit.json<Record<string, unknown>>('/job/deploy/api/json');

  const run = { _class: 'org.jenkinsci.plugins.workflow.job.WorkflowRun' };
  expect(job).toMatchObject({
    _class: 'org.jenkinsci.plugins.workflow.job.WorkflowJob',
    buildable: true,
    color: 'blue',
    concurrentBuild: true,
    inQueue: false,
    lastBuild: { ...run, number: 3, url: 'http://ci.test/job/deploy/3/' },
    lastFailedBuild: null,
    nextBuildNumber: 4,
    url: 'http://ci.test/job/deploy/',
  });
  expect(job['property']).toMatchObject([
    {
      _class: 'hudson.model.ParametersDefinitionProperty',
      parameterDefinitions: [
        { name: 'ID', type: 'StringParameterDefinition', description: 'id' },
        { name: 'MORE', defaultParameterValue: { value: 'x' } },
        { name: 'DRY', type: 'BooleanParameterDefinition' },
        { name: 'MODE', type: 'ChoiceParameterDefinition', choices: ['deploy', 'stop'] },
      ],
    },
  ]);
});

test('a build shows what Jenkins shows', async () => {
  expect(await kit.json('/job/deploy/2/api/json')).toMatchObject({
    _class: 'org.jenkinsci.plugins.workflow.job.WorkflowRun',
    building: false,
    displayName: '#2',
    executor: null,
    fullDisplayName: 'deploy #2',
    id: '2',
    inProgress: false,
    nextBuild: { number: 3, url: 'http://ci.test/job/deploy/3/' },
    previousBuild: { number: 1 },
    result: 'SUCCESS',
    url: 'http://ci.test/job/deploy/2/',
  });
});

test('permalinks lead to builds', async () => {
  const tree = 'api/json?tree=number';

  expect(await kit.json(`/job/deploy/lastSuccessfulBuild/${tree}`)).toMatchObject({ number: 3 });
  expect((await kit.call(`/job/deploy/lastFailedBuild/${tree}`)).status).toBe(404);
  expect((await kit.call(`/job/deploy/0/${tree}`)).status).toBe(404);
  expect((await kit.call(`/job/deploy/99/${tree}`)).status).toBe(404);
});

test('the root tells jobs, mode and crumbs; the session changes with each start', async () => {
  const answer = await kit.call('/api/json?tree=useCrumbs,quietingDown,url,jobs[name]');
  const other = await Kit.start({});
  const otherAnswer = await other.call('/api/json');
  await other.close();

  expect(await answer.json()).toEqual({
    _class: 'hudson.model.Hudson',
    jobs: [{ _class: 'org.jenkinsci.plugins.workflow.job.WorkflowJob', name: 'deploy' }],
    quietingDown: false,
    url: 'http://ci.test/',
    useCrumbs: true,
  });
  const session = answer.headers.get('x-jenkins-session');
  expect(session).toMatch(/^[0-9a-f]{8}$/);
  expect(otherAnswer.headers.get('x-jenkins-session')).not.toBe(session);
});

test.each(['/api/json?tree=jobs[name', '/api/json?depth=x', '/job/deploy/api/json?tree='])(
  '%s is a 500',
  async (path) => {
    expect((await kit.call(path)).status).toBe(500);
  },
);

test('me, a queue item without api and an unknown page', async () => {
  const placed = await kit.post('/job/deploy/buildWithParameters', { ID: 'item' });
  const item = new URL(placed.headers.get('location') ?? '').pathname;

  expect(await kit.json('/me/api/json')).toMatchObject({ id: 'bot', fullName: 'bot' });
  expect(await kit.text(item)).toContain('Queue item exists.');
  expect((await kit.call('/nosuch')).status).toBe(404);
  const queue = await kit.json<{ items: { id: number }[] }>('/queue/api/json?tree=items[id,task[url]]');
  expect(queue.items).toHaveLength(1);
});

test('an unknown verb on a build is a 302 that proves nothing', async () => {
  const answer = await kit.post('/job/deploy/1/nonsense');

  expect(answer.status).toBe(302);
  expect(answer.headers.get('location')).toBe('/job/deploy/1/nonsense/');
});

test('every answer says that this is not Jenkins', async () => {
  for (const path of ['/api/json', '/nosuch', '/job/deploy/1/consoleText', '/login']) {
    expect((await kit.call(path)).headers.get('x-ark-local-jenkins')).toBe('not Jenkins');
  }
});
