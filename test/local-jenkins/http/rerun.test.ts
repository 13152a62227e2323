import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BOT_PASSWORD, Kit, pipelineOf, writeJob } from '../kit.ts';

let kit: Kit;

beforeAll(async () => {
  kit = await Kit.start({ deploy: pipelineOf("sh 'echo version one'") });
  await kit.untilEnded('deploy', await kit.trigger('deploy', { ID: 'd1', MODE: 'stop' }));
});

afterAll(() => kit.close());

const BY_BOT = { _class: 'hudson.model.Cause$UserIdCause', shortDescription: 'Started by user bot' };

/** The newest build once it has ended. */
async function newest(moreThan: number) {
  const number = await kit.until(async () => {
    const { lastBuild } = await kit.json<{ lastBuild: { number: number } }>(
      '/job/deploy/api/json?tree=lastBuild[number]',
    );
    return lastBuild.number > moreThan ? lastBuild.number : undefined;
  });
  return kit.untilEnded('deploy', number);
}

function valuesOf(build: Awaited<ReturnType<typeof newest>>): Record<string, unknown> {
  const action = build.actions.find(({ parameters }) => parameters !== undefined);
  return Object.fromEntries(action?.parameters?.map(({ name, value }) => [name, value]) ?? []);
}

function causesOf(build: Awaited<ReturnType<typeof newest>>): unknown {
  return build.actions.find(({ _class }) => _class === 'hudson.model.CauseAction')?.causes;
}

describe('Rebuild', () => {
  test('leads to a form that is filled with the values of that build', async () => {
    const first = await kit.post('/job/deploy/1/rebuild/');
    expect(first.status).toBe(302);
    expect(first.headers.get('location')).toBe('/job/deploy/1/rebuild/parameterized');
    expect((await kit.call('/job/deploy/1/rebuild/')).status).toBe(405);

    const page = await kit.text('/job/deploy/1/rebuild/parameterized');

    expect(page).toContain('name="value" value="d1"');
    expect(page).toContain('<option selected>stop</option>');
  });

  test('carries both causes, and keeps the values that the form leaves out', async () => {
    const json = JSON.stringify({ parameter: [{ name: 'MORE', value: 'typed' }] });
    const answer = await kit.post('/job/deploy/1/rebuild/configSubmit', { json });

    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/job/deploy/']);
    const build = await newest(1);
    expect(valuesOf(build)).toEqual({ ID: 'd1', MORE: 'typed', DRY: false, MODE: 'stop' });
    expect(causesOf(build)).toMatchObject([
      BY_BOT,
      {
        _class: 'com.sonyericsson.rebuild.RebuildCause',
        shortDescription: 'Rebuilds build #1',
        upstreamBuild: 1,
        upstreamProject: 'deploy',
        upstreamUrl: 'job/deploy/',
      },
    ]);
  });
});

test('Replay runs the script of that build again, with its values and its own cause', async () => {
  writeJob(kit.home, 'deploy', pipelineOf("sh 'echo version two'"));

  const answer = await kit.post('/job/deploy/1/replay/rebuild');

  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/job/deploy/']);
  const build = await newest(2);
  expect(valuesOf(build)).toMatchObject({ ID: 'd1', MODE: 'stop' });
  expect(causesOf(build)).toMatchObject([
    BY_BOT,
    { _class: 'org.jenkinsci.plugins.workflow.cps.replay.ReplayCause', shortDescription: 'Replayed #1' },
  ]);
  expect(await kit.log('deploy', build.number)).toContain('version one');
});

describe('Build with Parameters, as people send it', () => {
  const json = JSON.stringify({
    parameter: [
      { name: 'ID', value: 'ui' },
      { name: 'DRY', value: true },
    ],
  });

  test('a form of Jenkins starts a build of the named values only, 303 to the job', async () => {
    const fields = { json, statusCode: '303', redirectTo: '.', Submit: '' };
    const answer = await kit.post('/job/deploy/build?delay=0sec', fields);

    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${kit.url}/job/deploy/`]);
    const build = await newest(3);
    expect(valuesOf(build)).toEqual({ ID: 'ui', DRY: true });
    expect(causesOf(build)).toMatchObject([BY_BOT]);
  });

  test('without the redirect fields it is a 201 to the job; merged it is a 302', async () => {
    const fields = { json: JSON.stringify({ parameter: { name: 'ID', value: 'twice' } }) };

    const first = await kit.post('/job/deploy/build?delay=5sec', fields);
    const again = await kit.post('/job/deploy/build?delay=5sec', fields);

    expect([first.status, first.headers.get('location')]).toEqual([201, `${kit.url}/job/deploy/`]);
    expect([again.status, again.headers.get('location')]).toEqual([302, '/job/deploy/']);
  });

  test('the plain pairs of a browser without scripts work too', async () => {
    const before = (await kit.json<{ nextBuildNumber: number }>('/job/deploy/api/json')).nextBuildNumber - 1;
    const body = 'name=ID&value=pairs&name=DRY&value=true&statusCode=303&redirectTo=.';
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await kit.call('/job/deploy/build?delay=0sec', { method: 'POST', body, headers });

    expect(answer.status).toBe(303);
    expect(valuesOf(await newest(before))).toEqual({ ID: 'pairs', DRY: true });
  });

  test('the form is a 405 for a token and a page for a browser', async () => {
    const headers = { accept: 'text/html' };

    expect((await kit.call('/job/deploy/build')).status).toBe(405);
    const page = await kit.call('/job/deploy/build', { auth: BOT_PASSWORD, headers });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<form method="post" action="../../job/deploy/build?delay=0sec">');
  });
});
