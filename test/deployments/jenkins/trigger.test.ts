import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { TriggerOutcome } from '../../../src/deployments/build-server.ts';
import type { JenkinsOptions } from '../../../src/deployments/jenkins/jenkins-build-server.ts';
import {
  answer,
  cutBody,
  recorded,
  reset,
  ScriptedJenkins,
  silence,
  TOKEN,
  type Reply,
} from './scripted-jenkins.ts';

const JOB = 'ark-deploy-instance';
const { signal } = new AbortController();
let jenkins: ScriptedJenkins;

beforeEach(async () => {
  jenkins = await new ScriptedJenkins().open();
});
afterEach(() => jenkins.close());

function trigger(reply: Reply, options: Partial<JenkinsOptions> = {}): Promise<TriggerOutcome> {
  jenkins.reply(reply);
  return jenkins.client(options).trigger(JOB, { DEPLOYMENT_ID: 'd-1', NOTE: 'año & más +1' }, signal);
}

test('an order is one POST of a form without quiet period, cookies, or a kept connection', async () => {
  await trigger(recorded('trigger-queued'));

  expect(jenkins.seen).toHaveLength(1);
  const [{ method, url, headers, body }] = jenkins.seen as [(typeof jenkins.seen)[0]];
  expect(`${method} ${url}`).toBe('POST /job/ark-deploy-instance/buildWithParameters?delay=0sec');
  expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
    DEPLOYMENT_ID: 'd-1',
    NOTE: 'año & más +1',
  });
  expect(headers.authorization).toBe(`Basic ${Buffer.from(`bot:${TOKEN}`).toString('base64')}`);
  expect(headers.connection).toBe('close');
  expect(headers.cookie).toBeUndefined();
  expect(headers.referer).toBe(`${jenkins.url}/`);
  expect(headers['content-type']).toContain('application/x-www-form-urlencoded');
});

test.each(['trigger-queued', 'trigger-merged'])('%s is queued', async (name) => {
  expect(await trigger(recorded(name))).toEqual({ kind: 'queued', queueId: '3' });
});

test('a queue id of 63 bits keeps its digits', async () => {
  const location = 'http://other.example/ci/queue/item/2969441884878332554/';

  expect(await trigger(answer(201, { location }))).toEqual({
    kind: 'queued',
    queueId: '2969441884878332554',
  });
});

test.each([
  ['trigger-missing-job', /no job ark-deploy-instance, or our account may not see it/],
  ['trigger-no-right', /lacks the right hudson.model.Item.Build/],
  ['trigger-disabled-job', /is disabled/],
  ['trigger-no-form', /400/],
  ['trigger-get-only', /405/],
  ['wrong-token', /user name or API token are wrong/],
  ['no-crumb', /crumb/],
  ['not-signed-in', /sign in/],
  ['only-discover', /sign in/],
])('%s is refused for good and says why', async (name, why) => {
  const outcome = await trigger(recorded(name));

  expect(outcome).toMatchObject({ kind: 'refused', detail: expect.stringMatching(why) });
  expect(jenkins.seen).toHaveLength(1);
});

test.each([
  ['a redirect to the job, a veto', answer(302, { location: '/job/ark-deploy-instance/' }), /vetoed/],
  [
    'a redirect to a sign-in page',
    answer(302, { location: 'https://sso.example/auth?token=abc' }),
    /\/auth \(302\)/,
  ],
  ['a 303 without queue item', answer(303, { location: '/login' }), /\/login/],
  ['a page with 200', answer(200, { 'content-type': 'text/html' }, '<title>Sign in</title>'), /Sign in/],
])('%s is refused', async (_name, reply, why) => {
  const outcome = await trigger(reply);

  expect(outcome).toMatchObject({ kind: 'refused', detail: expect.stringMatching(why) });
  expect(JSON.stringify(outcome)).not.toContain('abc');
});

test.each(['starting', 'restarting'])(
  'the boot page of a %s Jenkins means that nothing was accepted',
  async (name) => {
    expect(await trigger(recorded(name))).toMatchObject({ kind: 'unavailable' });
  },
);

test('a refused connection means that nothing was accepted', async () => {
  const client = jenkins.client();
  await jenkins.close();

  const outcome = await client.trigger(JOB, {}, signal);

  jenkins = await new ScriptedJenkins().open();
  expect(outcome).toMatchObject({
    kind: 'unavailable',
    detail: expect.stringMatching(/^Jenkins does not answer: .*ECONNREFUSED/),
  });
});

test.each([
  ['a reset', reset],
  ['silence', silence],
  ['a cut body', cutBody],
  ['429', answer(429, {})],
  ['502 of a proxy', answer(502, { 'content-type': 'text/html' }, '<title>Bad Gateway</title>')],
  ['503 of a proxy', answer(503, { 'content-type': 'text/html' }, '<title>Service Unavailable</title>')],
  ['504 of a proxy', answer(504, {})],
  ['201 without an id', answer(201, {})],
])('%s is ambiguous and is not sent twice', async (_name, reply) => {
  const outcome = await trigger(reply, { triggerDeadlineMs: 200 });

  expect(outcome).toMatchObject({ kind: 'ambiguous', whenNotFound: 'repeat' });
  expect(jenkins.seen).toHaveLength(1);
});

test('a 500 is to be searched once and then counts as refused', async () => {
  expect(await trigger(recorded('trigger-bad-choice'))).toMatchObject({
    kind: 'ambiguous',
    whenNotFound: 'refuse',
    detail: expect.stringContaining('A problem occurred while processing the request'),
  });
});

test('an abort while waiting for the answer rejects with the reason', async () => {
  const aborter = new AbortController();
  jenkins.reply(() => aborter.abort(new Error('shutting down')));

  await expect(jenkins.client().trigger(JOB, {}, aborter.signal)).rejects.toThrow('shutting down');
});

test.each([
  ['trigger-get-only', 'granted'],
  ['trigger-no-right', 'denied'],
  ['trigger-missing-job', 'hidden'],
] as const)('a GET that is answered as in %s says that the right to build is %s', async (name, right) => {
  jenkins.reply(recorded(name));

  expect(await jenkins.client().startRight(JOB, signal)).toBe(right);
  expect(jenkins.seen.map(({ method }) => method)).toEqual(['GET']);
});
