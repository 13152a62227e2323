import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rmSync } from 'node:fs';
import { Kit, pipelineOf, processesWith } from '../kit.ts';

let kit: Kit;

const POST = "aborted { sh 'sleep 0.5; echo IN-ABORTED' }\nalways { sh 'echo IN-ALWAYS' }";

beforeAll(async () => {
  kit = await Kit.start({
    stop: pipelineOf("sh 'echo BEGIN; sleep 48.1 & sleep 48.1'", { post: POST }),
    term: pipelineOf("sh 'echo BEGIN; sleep 48.2'", { post: POST }),
    kill: pipelineOf("sh 'echo BEGIN; sleep 48.3'", { post: POST }),
    post: pipelineOf("sh 'echo BEGIN; sleep 48.4'", { post: "always { sh 'echo IN-POST; sleep 48.5' }" }),
  });
});

// the last test closes the server
afterAll(() => rmSync(kit.home, { recursive: true, force: true }));

async function begin(job: string): Promise<void> {
  await kit.trigger(job);
  await kit.untilLogged(job, 'BEGIN');
}

test('stop reaches the children and runs the post blocks while the result is already there', async () => {
  await begin('stop');

  const answer = await kit.post('/job/stop/1/stop');

  expect(answer.status).toBe(302);
  expect(answer.headers.get('location')).toBe('/job/stop/1/');
  const stopping = await kit.until(async () => {
    const build = await kit.build('stop');
    return build.result === null ? undefined : build;
  });
  expect(stopping).toMatchObject({ result: 'ABORTED', building: true });
  await kit.untilEnded('stop');
  const log = await kit.log('stop');
  expect(log).toContain('Aborted by bot\nSending interrupt signal to process');
  expect(log.indexOf('IN-ALWAYS')).toBeLessThan(log.indexOf('IN-ABORTED'));
  expect(processesWith('sleep 48.1', kit.home)).toEqual([]);
});

test('who stopped a build is shown with a tree, not without', async () => {
  const named = { _class: 'jenkins.model.InterruptedBuildAction' };
  const user = {
    _class: 'jenkins.model.CauseOfInterruption$UserInterruption',
    shortDescription: 'Aborted by bot',
  };

  const plain = await kit.build('stop');
  const withTree = await kit.json<typeof plain>(
    '/job/stop/1/api/json?tree=actions[causes[_class,shortDescription]]',
  );

  expect(plain.actions).toContainEqual(named);
  expect(withTree.actions).toContainEqual({ ...named, causes: [user] });
});

test.each(['term', 'kill'])(
  '%s ends the build at once, without post, and leaves its processes',
  async (verb) => {
    await begin(verb);
    const sleep = verb === 'term' ? 'sleep 48.2' : 'sleep 48.3';

    await kit.post(`/job/${verb}/1/${verb}`);

    const build = await kit.untilEnded(verb);
    expect(build.result).toBe('ABORTED');
    const log = await kit.log(verb);
    expect(log).toMatch(/(Terminating sh|Hard kill!)\nFinished: ABORTED\n$/);
    expect(processesWith(sleep, kit.home).length).toBeGreaterThan(0);
  },
);

test('a second stop ends the post step that runs then', async () => {
  await begin('post');
  await kit.post('/job/post/1/stop');
  await kit.untilLogged('post', 'IN-POST');

  await kit.post('/job/post/1/stop');

  expect((await kit.untilEnded('post')).result).toBe('ABORTED');
  expect(processesWith('sleep 48.5', kit.home)).toEqual([]);
});

test('stop of a finished build is a 302 all the same, to the Referer if there is one', async () => {
  const answer = await kit.post('/job/stop/1/stop', {}, { headers: { referer: 'http://other.test/page' } });

  expect(answer.status).toBe(302);
  expect(answer.headers.get('location')).toBe('http://other.test/page');
});

test('closing the server ends what a killed build left behind', async () => {
  expect(processesWith('sleep 48.3', kit.home).length).toBeGreaterThan(0);
  const { home, jenkins } = kit;

  await jenkins.close();

  expect(processesWith('sleep 48.2', home)).toEqual([]);
  expect(processesWith('sleep 48.3', home)).toEqual([]);
});
