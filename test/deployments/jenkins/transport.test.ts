import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { BuildRef } from '../../../src/deployments/build-server.ts';
import { JenkinsBuildServer } from '../../../src/deployments/jenkins/jenkins-build-server.ts';
import { Secret } from '../../../src/platform/secret.ts';
import {
  aBuild,
  answer,
  cutBody,
  json,
  recorded,
  reset,
  ScriptedJenkins,
  silence,
  TOKEN,
  type Reply,
} from './scripted-jenkins.ts';

const REF: BuildRef = { job: 'ark-deploy-instance', number: 1 };
const { signal } = new AbortController();
const build = json(aBuild({ number: 1 }));
const ONE_TURN = { work: { atOnce: 1, waiting: 1 }, watch: { atOnce: 1, waiting: 0 } };
let jenkins: ScriptedJenkins;

beforeEach(async () => {
  jenkins = await new ScriptedJenkins().open();
});
afterEach(() => jenkins.close());

const faultyAnswers: readonly [string, Reply, string, RegExp][] = [
  ['silence', silence, 'build_server_unavailable', /no answer within 150 ms/],
  ['a cut body', cutBody, 'build_server_unavailable', /cut/],
  ['the boot page', recorded('starting'), 'build_server_unavailable', /Starting Jenkins/],
  ['a page with 200', answer(200, {}, '<title>Portal</title>'), 'build_server_unavailable', /not Jenkins/],
  ['JSON of another server', json({ status: 'ok' }), 'build_server_unavailable', /not Jenkins/],
  ['JSON that is a list', json([1]), 'build_server_unavailable', /not Jenkins/],
  ['wrong types', json({ ...aBuild({ number: 1 }), building: 'no' }), 'build_server_unavailable', /building/],
  ['an unknown result', json(aBuild({ number: 1, result: 'FINE' })), 'build_server_unavailable', /result/],
  ['a 404 that is not of Jenkins', answer(404, {}, 'nginx'), 'build_server_unavailable', /404/],
  ['a 500', answer(500, { 'x-error': 'No such thing' }), 'build_server_unavailable', /No such thing/],
  ['a redirect', answer(302, { location: 'https://sso.example/in?x=1' }), 'build_server_refused', /\/in/],
  ['401', recorded('wrong-token'), 'build_server_refused', /token/],
  ['403', recorded('not-signed-in'), 'build_server_refused', /sign in/],
];

test.each(faultyAnswers)('%s is a named error', async (_name, reply, code, message) => {
  jenkins.reply(reply);

  const reading = jenkins.client({ deadlineMs: 150 }).readBuild(REF, signal);

  await expect(reading).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test('a body over the limit is refused before it is read whole', async () => {
  jenkins.reply((res) => {
    res.writeHead(200, { 'content-type': 'application/json', 'x-jenkins': '2.516.2' });
    const more = (): void => {
      while (!res.destroyed && res.write('x'.repeat(64 * 1024)));
      res.once('drain', more);
    };
    more();
  });

  const reading = jenkins.client({ bodyLimitBytes: 1024 * 1024 }).readBuild(REF, signal);

  await expect(reading).rejects.toThrow('longer than 1048576 bytes');
});

test('a refused connection is a named error', async () => {
  const client = jenkins.client();
  await jenkins.close();

  await expect(client.readBuild(REF, signal)).rejects.toMatchObject({ code: 'build_server_unavailable' });

  jenkins = await new ScriptedJenkins().open();
});

test('a reading on a kept connection that was just closed is repeated once', async () => {
  jenkins.reply(reset, build);

  expect(await jenkins.client().readBuild(REF, signal)).toMatchObject({ number: 1 });
  expect(jenkins.seen.length).toBe(2);
});

test('a second reset is a named error', async () => {
  jenkins.replyAlways(reset);

  await expect(jenkins.client().readBuild(REF, signal)).rejects.toMatchObject({
    code: 'build_server_unavailable',
  });
  expect(jenkins.seen.length).toBe(2);
});

test('readings share a kept connection', async () => {
  jenkins.replyAlways(build);
  const client = jenkins.client();

  await client.readBuild(REF, signal);
  await client.readBuild(REF, signal);

  expect(jenkins.seen[0]?.socket === jenkins.seen[1]?.socket).toBe(true);
});

test('at most four calls are under way at once, the others follow in order', async () => {
  let open = 0;
  let most = 0;
  jenkins.replyAlways((res, seen) => {
    most = Math.max(most, ++open);
    setTimeout(() => {
      open -= 1;
      build(res, seen);
    }, 20);
  });
  const client = jenkins.client();

  await Promise.all(Array.from({ length: 12 }, () => client.readBuild(REF, signal)));

  expect(most).toBe(4);
  expect(jenkins.seen).toHaveLength(12);
});

test('an order that never got its turn is known not to be sent', async () => {
  jenkins.replyAlways(silence);
  const client = jenkins.client({ lanes: ONE_TURN, triggerDeadlineMs: 100, deadlineMs: 300 });
  const blocking = client.readBuild(REF, signal).catch(() => undefined);

  const outcome = await client.trigger('job', {}, signal);

  expect(outcome).toMatchObject({ kind: 'unavailable' });
  await blocking;
});

test('logs and health take no turn from claims and the tracker', async () => {
  jenkins.replyAlways((res, seen) => {
    if (seen.url.includes('/api/json?tree=')) build(res, seen);
  });
  const client = jenkins.client({ lanes: ONE_TURN });
  const aborter = new AbortController();
  const onlookers = [client.check(aborter.signal), client.fetchLog(REF, 1_000, aborter.signal)];
  const ends = Promise.allSettled(onlookers);

  expect(await client.readBuild(REF, signal)).toMatchObject({ number: 1 });
  aborter.abort(new Error('seen enough'));
  await ends;
});

test('a call that finds the line full is refused at once, and told when to come back', async () => {
  jenkins.replyAlways(silence);
  const client = jenkins.client({ lanes: ONE_TURN, deadlineMs: 300 });
  const first = Promise.allSettled([client.readBuild(REF, signal), client.readBuild(REF, signal)]);

  await expect(client.readBuild(REF, signal)).rejects.toMatchObject({
    code: 'build_server_unavailable',
    message: 'Jenkins could not show a build: too many calls wait for it already',
    retryAfterS: 2,
  });
  expect(await client.trigger('job', {}, signal)).toMatchObject({ kind: 'unavailable' });
  await first;
});

test('an aborted call rejects with the reason and leaves its turn to others', async () => {
  const aborter = new AbortController();
  jenkins.reply(() => aborter.abort(new Error('shutting down')), build);
  const client = jenkins.client({ lanes: ONE_TURN });

  const first = client.readBuild(REF, aborter.signal);
  const second = client.readBuild(REF, signal);

  await expect(first).rejects.toThrow('shutting down');
  expect(await second).toMatchObject({ number: 1 });
});

test('every call is counted by what it was to do and how it ended', async () => {
  const counted: unknown[] = [];
  const metrics = { buildServerCall: (...[call, outcome]: unknown[]) => void counted.push([call, outcome]) };
  const client = jenkins.client({ metrics });
  jenkins.reply(build, recorded('wrong-token'), reset);

  await client.readBuild(REF, signal);
  await client.readBuild(REF, signal).catch(() => undefined);
  await client.trigger('job', {}, signal);

  expect(counted).toEqual([
    ['show a build', '200'],
    ['show a build', '401'],
    ['trigger a build', 'no_answer'],
  ]);
});

test('folders and odd characters in job names are encoded below the base path', async () => {
  jenkins.reply(build);
  const client = jenkins.client({ baseUrl: `${jenkins.url}/ci/` });

  const read = await client.readBuild({ job: 'team a/deploy {0}%2F', number: 1 }, signal);

  expect(jenkins.seen[0]?.url).toMatch(
    /^\/ci\/job\/team%20a\/job\/deploy%20%7B0%7D%252F\/1\/api\/json\?tree=number/,
  );
  expect(read?.url).toBe(`${jenkins.url}/ci/job/team%20a/job/deploy%20%7B0%7D%252F/1/`);
});

test('the token is in no error, whatever the server sends back', async () => {
  jenkins.reply((res, { headers }) => res.writeHead(500).end(`you sent ${headers.authorization}`));

  const error: unknown = await jenkins
    .client()
    .readBuild(REF, signal)
    .catch((thrown: unknown) => thrown);

  const secret = Buffer.from(`bot:${TOKEN}`).toString('base64');
  expect(JSON.stringify([String(error), error])).not.toContain(secret);
});

test('an address with credentials is refused', () => {
  const options = { baseUrl: 'http://bot:pw@jenkins.example/', user: 'bot', token: new Secret('x') };

  expect(() => new JenkinsBuildServer(options)).toThrow('no credentials');
});
