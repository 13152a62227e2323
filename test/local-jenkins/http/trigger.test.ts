import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Kit, pipelineOf, writeJob } from '../kit.ts';

let kit: Kit;
const TRIGGER = '/job/deploy/buildWithParameters';

beforeAll(async () => {
  kit = await Kit.start({
    deploy: pipelineOf("sh 'echo ran'"),
    'team/deploy': pipelineOf("sh 'echo ran in a folder'"),
    plain: "pipeline { agent any\nstages { stage('S') { steps { sh 'true' } } } }",
  });
});

afterAll(() => kit.close());

interface ItemJson {
  readonly _class: string;
  readonly id: number;
  readonly why: string | null;
  readonly params: string;
  readonly cancelled?: boolean;
  readonly executable?: { number: number; url: string } | null;
  readonly actions: { causes?: unknown[] }[];
}

function pathOf(answer: Response): string {
  return new URL(answer.headers.get('location') ?? '').pathname;
}

test('an order is a 201 with the item and nothing else; the same again is a 303 to that item', async () => {
  const first = await kit.post(TRIGGER, { ID: 'same' });
  const again = await kit.post(TRIGGER, { ID: 'same' });
  const other = await kit.post(TRIGGER, { ID: 'other' });

  expect([first.status, again.status, other.status]).toEqual([201, 303, 201]);
  expect(first.headers.get('location')).toMatch(new RegExp(`^${kit.url}/queue/item/\\d+/$`));
  expect(again.headers.get('location')).toBe(first.headers.get('location'));
  expect(other.headers.get('location')).not.toBe(first.headers.get('location'));
  expect(await first.text()).toBe('');
  expect(first.headers.get('x-jenkins')).toBeNull();
  const item = await kit.json<ItemJson>(`${pathOf(first)}api/json`);
  expect(item._class).toBe('hudson.model.Queue$WaitingItem');
  expect(item.why).toMatch(/^In the quiet period\. Expires in [0-9.]+ (sec|ms)$/);
  expect(item.params).toBe('\nID=same\nMORE=x\nDRY=false\nMODE=deploy');
  expect(item.actions[1]?.causes).toHaveLength(2);
});

test('thirty equal orders at once are one item', async () => {
  const answers = await Promise.all(Array.from({ length: 30 }, () => kit.post(TRIGGER, { ID: 'thirty' })));

  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 303)).toHaveLength(29);
  expect(new Set(answers.map(pathOf)).size).toBe(1);
});

test('without delay the item has left with its build at the first read', async () => {
  const answer = await kit.post(`${TRIGGER}?delay=0sec`, { ID: 'now' });
  const item = await kit.json<ItemJson>(`${pathOf(answer)}api/json`);

  expect(item._class).toBe('hudson.model.Queue$LeftItem');
  expect(item.why).toBeNull();
  expect(item.cancelled).toBe(false);
  const number = item.executable?.number ?? 0;
  expect(item.executable?.url).toBe(`${kit.url}/job/deploy/${number}/`);
  const build = await kit.untilEnded('deploy', number);
  expect(build.queueId).toBe(item.id);
  expect(build.actions[1]?.causes).toEqual([
    {
      _class: 'hudson.model.Cause$UserIdCause',
      shortDescription: 'Started by user bot',
      userId: 'bot',
      userName: 'bot',
    },
  ]);
});

test.each([
  ['delay=999', 0],
  ['delay=30000', 30_000],
  ['delay=7sec', 7000],
  ['', 5000],
])('%s waits %i ms', async (query, expectedMs) => {
  const answer = await kit.post(`${TRIGGER}?${query}`, { ID: `delay ${query}` });
  const { timestamp, inQueueSince } = await kit.json<{ timestamp?: number; inQueueSince: number }>(
    `${pathOf(answer)}api/json`,
  );

  expect((timestamp ?? inQueueSince) - inQueueSince).toBe(expectedMs);
});

describe('what Jenkins refuses', () => {
  test.each([
    ['a choice that is not in the list', TRIGGER, 'MODE=bogus', 500],
    ['a name given twice', TRIGGER, 'ID=a&ID=b', 500],
    ['a delay that is none', `${TRIGGER}?delay=abc`, 'ID=a', 500],
    ['a job that is not there', '/job/none/buildWithParameters', 'ID=a', 404],
    ['a job without parameters', '/job/plain/buildWithParameters', 'ID=a', 500],
    ['nothing submitted', '/job/deploy/build', '', 400],
    ['no form submitted', '/job/deploy/build', 'ID=a', 400],
    [
      'an undeclared name in a form',
      '/job/deploy/build',
      'json={"parameter":{"name":"NO","value":"1"}}',
      500,
    ],
    ['a slash inside a name', '/job/team%2Fdeploy/buildWithParameters', 'ID=a', 404],
    ['a semicolon in the path', '/job/deploy;x=1/buildWithParameters', 'ID=a', 400],
  ])('%s', async (_what, path, body, status) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await kit.call(path, { method: 'POST', body, headers });

    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('text/html');
    const text = await answer.text();
    expect(text).toContain(status === 400 ? 'HTTP ERROR 400' : 'Oops!');
    // a page that Jenkins renders sets a session cookie, also for a token
    expect(answer.headers.has('set-cookie')).toBe(status !== 400);
    expect(answer.headers.has('x-jenkins')).toBe(status !== 400);
  });

  test('more than ten thousand fields', async () => {
    const fields = Object.fromEntries(Array.from({ length: 10_050 }, (_, index) => [`f${index}`, '1']));

    expect((await kit.post(TRIGGER, fields)).status).toBe(500);
  });

  test('an address longer than 8 KiB', async () => {
    expect((await kit.call(`/api/json?x=${'y'.repeat(9000)}`)).status).toBe(414);
  });
});

test('an undeclared name is dropped, a JSON body is ignored', async () => {
  const dropped = await kit.post(TRIGGER, { ID: 'drop', NOPE: '1' });
  const headers = { 'content-type': 'application/json' };
  const ignored = await kit.call(TRIGGER, { method: 'POST', headers, body: '{"ID":"json"}' });

  expect((await kit.json<ItemJson>(`${pathOf(dropped)}api/json`)).params).not.toContain('NOPE');
  expect((await kit.json<ItemJson>(`${pathOf(ignored)}api/json`)).params).toContain('\nID=\n');
});

test('query, multipart and large values are read', async () => {
  const big = 'v'.repeat(1_000_000);
  const form = new FormData();
  form.append('ID', 'ñ ✓');
  const multipart = await fetch(kit.url + TRIGGER, {
    method: 'POST',
    body: form,
    headers: { authorization: `Basic ${Buffer.from('bot:bot-token').toString('base64')}` },
  });
  const query = await kit.post(`${TRIGGER}?ID=from+query`);
  const large = await kit.post(TRIGGER, { ID: big });

  expect((await kit.json<ItemJson>(`${pathOf(multipart)}api/json`)).params).toContain('\nID=ñ ✓\n');
  expect((await kit.json<ItemJson>(`${pathOf(query)}api/json`)).params).toContain('\nID=from query\n');
  expect((await kit.json<ItemJson>(`${pathOf(large)}api/json`)).params).toContain(big);
});

test('Location follows what a proxy says of the host, links in JSON do not', async () => {
  const headers = { 'x-forwarded-host': 'ci.example.test', 'x-forwarded-proto': 'https' };
  const answer = await kit.post(TRIGGER, { ID: 'proxied' }, { headers });

  expect(answer.headers.get('location')).toMatch(/^https:\/\/ci\.example\.test\/queue\/item\/\d+\/$/);
  expect((await kit.json<{ url: string }>('/job/deploy/api/json')).url).toBe(`${kit.url}/job/deploy/`);
});

test('a job in a folder has a path of its own; double slashes do no harm', async () => {
  const answer = await kit.post('/job/team/job/deploy/buildWithParameters?delay=0sec', { ID: 'folder' });

  expect(answer.status).toBe(201);
  const job = await kit.json<{ fullName: string; name: string; url: string }>(
    '//job//team/job/deploy/api/json',
  );
  expect(job).toMatchObject({
    fullName: 'team/deploy',
    name: 'deploy',
    url: `${kit.url}/job/team/job/deploy/`,
  });
  const log = await kit.until(async () => {
    const text = await kit.text('/job/team/job/deploy/1/consoleText');
    return text.includes('Finished') ? text : undefined;
  });
  expect(log).toContain('ran in a folder');
});

describe('cancelItem', () => {
  test('204, then 500 for an item that was cancelled', async () => {
    const id = pathOf(await kit.post(TRIGGER, { ID: 'cancel' })).split('/')[3] ?? '';

    expect((await kit.post(`/queue/cancelItem?id=${id}`)).status).toBe(204);
    expect((await kit.post('/queue/cancelItem', { id })).status).toBe(500);
    const item = await kit.json<ItemJson>(`/queue/item/${id}/api/json`);
    expect(item).toMatchObject({ cancelled: true, executable: null });
  });

  test('500 for an item that runs, 404 for one that is not there, 405 for GET, 422 without the right', async () => {
    const started = pathOf(await kit.post(`${TRIGGER}?delay=0sec`, { ID: 'started' })).split('/')[3] ?? '';
    const waiting = pathOf(await kit.post(TRIGGER, { ID: 'waiting' })).split('/')[3] ?? '';
    const reader = `Basic ${Buffer.from('reader:reader-token').toString('base64')}`;

    expect((await kit.post(`/queue/cancelItem?id=${started}`)).status).toBe(500);
    expect((await kit.post('/queue/cancelItem?id=99999')).status).toBe(404);
    expect((await kit.post('/queue/cancelItem?id=x')).status).toBe(404);
    expect((await kit.call(`/queue/cancelItem?id=${waiting}`)).status).toBe(405);
    expect((await kit.post(`/queue/cancelItem?id=${waiting}`, {}, { auth: reader })).status).toBe(422);
  });
});

test('a job that is changed on disk is read anew', async () => {
  writeJob(kit.home, 'changing', pipelineOf("sh 'echo before'"));
  await kit.untilEnded('changing', await kit.trigger('changing', { ID: '1' }));
  writeJob(kit.home, 'changing', pipelineOf("sh 'echo and after'"));
  const number = await kit.trigger('changing', { ID: '2' });
  await kit.untilEnded('changing', number);

  expect(await kit.log('changing', number)).toContain('and after');
});
