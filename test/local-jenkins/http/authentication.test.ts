import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BOT, BOT_PASSWORD, Kit, NOBODY, READER, pipelineOf } from '../kit.ts';

let kit: Kit;

beforeAll(async () => {
  kit = await Kit.start({ deploy: pipelineOf("sh 'true'") });
});

afterAll(() => kit.close());

const WRONG = `Basic ${Buffer.from('bot:wrong').toString('base64')}`;
const TRIGGER = '/job/deploy/buildWithParameters';

test.each(['/api/json', '/login', '/whoAmI/api/json', TRIGGER])(
  'bad credentials are a 401 on %s',
  async (path) => {
    for (const auth of [WRONG, 'Basic %%%', 'basic Ym90']) {
      const answer = await kit.call(path, { auth });

      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Basic realm="Jenkins"');
      expect(answer.headers.get('x-jenkins')).toBeNull();
      expect(await answer.text()).toContain('HTTP ERROR 401 Unauthorized');
    }
  },
);

test('nobody signed in: 403 with a page that leads to the sign-in form', async () => {
  const answer = await kit.call('/job/deploy/api/json?tree=name', { auth: '' });

  expect(answer.status).toBe(403);
  expect(answer.headers.get('x-jenkins')).toBe('2.516.2');
  expect(answer.headers.get('set-cookie')).toMatch(/^JSESSIONID\.[0-9a-f]{8}=/);
  const text = await answer.text();
  expect(text).toContain('url=/login?from=%2Fjob%2Fdeploy%2Fapi%2Fjson%3Ftree%3Dname');
  expect(text).toContain('Authentication required');
});

test('nobody signed in, with a browser: the page has a link to the sign-in form, which leads back', async () => {
  const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
  const page = await kit.call('/job/deploy/', { auth: '', headers });
  const text = await page.text();
  const href = /<a href="([^"]+)">/.exec(text)?.[1] ?? '';
  const target = new URL(href, `${kit.url}/job/deploy/`);
  const form = await kit.call(target.pathname + target.search, { auth: '', headers });

  expect([page.status, form.status]).toEqual([403, 200]);
  expect(href).toBe('../../login?from=%2Fjob%2Fdeploy%2F');
  expect(text).toContain(`content='1;url=${href}'`);
  expect(text).not.toContain('color:white');
  expect(await form.text()).toContain('name="from" value="/job/deploy/"');
});

test('a script without a sign-in gets a bare 403', async () => {
  const answer = await kit.call('/api/json', { auth: '', headers: { 'x-requested-with': 'XMLHttpRequest' } });

  expect(answer.status).toBe(403);
  expect(answer.headers.get('x-jenkins')).toBeNull();
});

test('another scheme counts as nobody', async () => {
  expect((await kit.call('/api/json', { auth: 'Bearer abc' })).status).toBe(403);
});

test('anonymous is said to be authenticated, and named', async () => {
  const answer = await kit.call('/whoAmI/api/json', { auth: '' });

  expect(await answer.json()).toEqual({
    _class: 'hudson.security.WhoAmI',
    anonymous: true,
    authenticated: true,
    authorities: ['anonymous'],
    name: 'anonymous',
  });
});

describe('crumbs', () => {
  async function crumbOf(auth: string, cookie?: string): Promise<{ crumb: string; cookie: string }> {
    const headers = cookie === undefined ? {} : { cookie };
    const answer = await kit.call('/crumbIssuer/api/json', {
      auth,
      headers: headers,
    });
    const { crumb } = (await answer.json()) as { crumb: string };
    const given = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie ?? '';
    return { crumb, cookie: given };
  }

  async function signIn(): Promise<string> {
    const fields = { j_username: 'bot', j_password: 'bot-password', from: '/', Submit: '' };
    const answer = await kit.post('/j_spring_security_check', fields, { auth: '' });
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toBe('/');
    return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  }

  test('an API token needs none', async () => {
    expect((await kit.post(TRIGGER, { ID: 'token' })).status).toBe(201);
  });

  test('a password needs one, together with the cookie of its session', async () => {
    const { crumb, cookie } = await crumbOf(BOT_PASSWORD);
    const header = { 'Jenkins-Crumb': crumb };
    const post = (headers: Record<string, string>): Promise<Response> =>
      kit.post(TRIGGER, { ID: 'password' }, { auth: BOT_PASSWORD, headers });

    expect((await post({})).status).toBe(403);
    expect((await post(header)).status).toBe(403);
    expect((await post({ ...header, cookie })).status).toBe(201);
  });

  test('the 403 tells why, in the form that was asked for, and without X-Jenkins', async () => {
    const texts: string[] = [];
    for (const accept of ['text/html', 'application/json', 'text/plain']) {
      const answer = await kit.post(TRIGGER, {}, { auth: BOT_PASSWORD, headers: { accept } });
      expect(answer.status).toBe(403);
      expect(answer.headers.get('content-type')).toContain(accept);
      expect(answer.headers.get('x-jenkins')).toBeNull();
      expect(answer.headers.get('x-required-permission')).toBeNull();
      texts.push(await answer.text());
    }

    for (const text of texts) expect(text).toContain('No valid crumb was included in the request');
    expect(JSON.parse(texts[1] ?? '')).toMatchObject({ status: '403', url: TRIGGER });
  });

  test('a session of the sign-in form needs one, as a header or as a field', async () => {
    const cookie = await signIn();
    const { crumb } = await crumbOf('', cookie);
    const post = (fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> =>
      kit.post(TRIGGER, fields, { auth: '', headers: { cookie, ...headers } });

    expect((await post({ ID: 's' })).status).toBe(403);
    expect((await post({ ID: 's' }, { 'Jenkins-Crumb': crumb })).status).toBe(201);
    expect((await post({ ID: 's2', 'Jenkins-Crumb': crumb })).status).toBe(201);
  });

  test('a token together with a signed-in session needs one after all', async () => {
    const cookie = await signIn();

    expect((await kit.post(TRIGGER, {}, { auth: BOT, headers: { cookie } })).status).toBe(403);
  });

  test('the session of a crumb call does a token no harm', async () => {
    const { cookie } = await crumbOf(BOT_PASSWORD);

    expect((await kit.post(TRIGGER, { ID: 'x' }, { headers: { cookie } })).status).toBe(201);
  });

  test('a wrong password in the form leads to loginError, a foreign from leads home', async () => {
    const wrong = { j_username: 'bot', j_password: 'no', from: '/' };
    const away = { j_username: 'bot', j_password: 'bot-password', from: '//evil.test/' };

    const first = await kit.post('/j_spring_security_check', wrong, { auth: '' });
    const second = await kit.post('/j_spring_security_check', away, { auth: '' });

    expect(first.headers.get('location')).toBe('/loginError');
    expect(second.headers.get('location')).toBe('/');
  });

  test('an anonymous POST meets the crumb check first', async () => {
    const answer = await kit.post(TRIGGER, {}, { auth: '' });

    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('No valid crumb');
  });
});

describe('permissions', () => {
  test('without Build a trigger is a 403 that names the permission, whatever the method', async () => {
    for (const method of ['GET', 'POST']) {
      const answer = await kit.call(TRIGGER, { auth: READER, method });

      expect(answer.status).toBe(403);
      expect(answer.headers.get('x-required-permission')).toBe('hudson.model.Item.Build');
      expect(answer.headers.get('x-you-are-authenticated-as')).toBe('reader');
      expect(answer.headers.get('x-jenkins')).toBe('2.516.2');
    }
  });

  test('with Build a GET is a 405, so it can be asked without a trigger', async () => {
    const answer = await kit.call(TRIGGER);

    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
  });

  test('without Read a job and its queue items are not there', async () => {
    const placed = await kit.post(TRIGGER, { ID: 'hidden' });
    const item = new URL(placed.headers.get('location') ?? '').pathname;

    expect((await kit.call('/job/deploy/api/json', { auth: NOBODY })).status).toBe(404);
    expect((await kit.call(`${item}api/json`, { auth: NOBODY })).status).toBe(404);
    expect((await kit.call(`${item}api/json`, { auth: READER })).status).toBe(200);
  });
});
