import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Kit, pipelineOf } from '../kit.ts';

let kit: Kit;
let cookie: string;
const EVIL = `"><script>alert('x')</script>&`;

beforeAll(async () => {
  kit = await Kit.start({
    deploy: pipelineOf('sh \'echo "$ID"; sleep $MORE\'', { options: "timeout(time: 1, unit: 'HOURS')" }),
  });
  await kit.untilEnded('deploy', await kit.trigger('deploy', { ID: EVIL, MORE: '0' }));
  const fields = { j_username: 'bot', j_password: 'bot-password', from: '/job/deploy/' };
  const answer = await kit.post('/j_spring_security_check', fields, { auth: '' });
  cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
});

afterAll(() => kit.close());

async function page(path: string): Promise<string> {
  const answer = await kit.call(path, { auth: '', headers: { cookie, accept: 'text/html' } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  return answer.text();
}

/** Sends the form of a page as a browser does: its action, and every field with the value that it shows. */
async function submit(path: string, text: string, action: RegExp): Promise<Response> {
  const form = [...text.matchAll(/<form method="post" action="([^"]*)">([\s\S]*?)<\/form>/g)].find((m) =>
    action.test(m[1] ?? ''),
  );
  const fields = new URLSearchParams();
  const controls =
    /<input[^>]*name="([^"]*)"(?:[^>]*value="([^"]*)")?[^>]*>|<select name="([^"]*)">([\s\S]*?)<\/select>/g;
  for (const [, name, value = '', select, options = ''] of (form?.[2] ?? '').matchAll(controls)) {
    const chosen = /<option selected>([^<]*)</.exec(options)?.[1] ?? '';
    if (name !== undefined) fields.append(name, unescape(value));
    else if (select !== undefined) fields.append(select, unescape(chosen));
  }
  const target = new URL(form?.[1] ?? '', kit.url + path);
  return kit.call(target.pathname + target.search, {
    method: 'POST',
    auth: '',
    body: fields.toString(),
    headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
  });
}

function unescape(text: string): string {
  const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => names[name] ?? '');
}

const PAGES = ['/', '/login', '/job/deploy/', '/job/deploy/build', '/job/deploy/1/', '/job/deploy/1/console'];
const MORE_PAGES = ['/job/deploy/1/rebuild/parameterized', '/job/deploy/1/replay/'];

test.each([...PAGES, ...MORE_PAGES])(
  '%s says what it is, escapes values and links relatively',
  async (path) => {
    const text = await page(path);

    expect(text).toContain('Esto no es Jenkins');
    expect(text).toContain('This is not Jenkins');
    expect(text).not.toContain('<script>alert');
    const links = [...text.matchAll(/(?:href|src|action)="([^"]*)"/g)].map((match) => match[1] ?? '');
    expect(links.filter((link) => link.startsWith('/') || link.includes('://'))).toEqual([]);
    for (const link of links.filter(
      (each) => !each.startsWith('data:') && !each.includes('logout') && !each.includes('j_spring'),
    )) {
      const target = new URL(link, kit.url + path);
      const answer = await kit.call(target.pathname + target.search, {
        auth: '',
        headers: { cookie, accept: 'text/html' },
      });
      expect([link, answer.status]).not.toEqual([link, 404]);
    }
  },
);

test('a page without its slash leads to the one with it', async () => {
  const answer = await kit.call('/job/deploy');

  expect([answer.status, answer.headers.get('location')]).toEqual([302, 'deploy/']);
});

describe('a person at the pages', () => {
  test('starts a build with the form, follows it and aborts it', async () => {
    const form = (await page('/job/deploy/build')).replace(
      'name="value" value="x"',
      'name="value" value="50"',
    );
    const started = await submit('/job/deploy/build', form, /build\?delay/);
    expect([started.status, started.headers.get('location')]).toEqual([302, '../../job/deploy/']);

    await kit.untilLogged('deploy', 'sleep 50', 2);
    const console = await page('/job/deploy/2/console');
    expect(console).toContain('data-more="true"');
    const build = await page('/job/deploy/2/');
    expect((await submit('/job/deploy/2/', build, /\/stop$/)).status).toBe(302);

    expect((await kit.untilEnded('deploy', 2)).result).toBe('ABORTED');
    expect(await page('/job/deploy/2/')).toContain('Aborted by bot');
  });

  test('rebuilds and replays with the forms', async () => {
    const rebuild = '/job/deploy/1/rebuild/parameterized';
    expect((await submit(rebuild, await page(rebuild), /configSubmit/)).status).toBe(302);
    expect(
      (await submit('/job/deploy/1/replay/', await page('/job/deploy/1/replay/'), /replay\/rebuild/)).status,
    ).toBe(302);

    const last = await kit.untilEnded('deploy', 4);
    const values = last.actions.find(({ parameters }) => parameters !== undefined)?.parameters;
    expect(values?.[0]).toMatchObject({ name: 'ID', value: EVIL });
  });

  test('a form without its crumb is refused', async () => {
    const form = (await page('/job/deploy/build')).replaceAll('Jenkins-Crumb', 'Other');

    expect((await submit('/job/deploy/build', form, /build\?delay/)).status).toBe(403);
  });

  test('signs out', async () => {
    const text = await page('/');
    expect((await submit('/', text, /logout/)).headers.get('location')).toBe('./login');

    expect((await kit.call('/', { auth: '', headers: { cookie } })).status).toBe(403);
  });
});

test('below a context path, both with and without it in the request, redirects carry it', async () => {
  const below = await Kit.start(
    { deploy: pipelineOf("sh 'true'") },
    { env: { LOCAL_JENKINS_ROOT_URL: 'http://x.test/panels/ci' } },
  );
  try {
    const inside = await below.post('/panels/ci/job/deploy/buildWithParameters', { ID: '1' });
    const stripped = await below.post('/job/deploy/buildWithParameters', { ID: '1' });
    const login = await below.post(
      '/panels/ci/j_spring_security_check',
      { j_username: 'bot', j_password: 'bot-password' },
      { auth: '' },
    );

    expect(inside.headers.get('location')).toMatch(/\/panels\/ci\/queue\/item\/1\/$/);
    expect(stripped.status).toBe(303);
    expect(login.headers.get('location')).toBe('/panels/ci/');
    expect(login.headers.get('set-cookie')).toContain('Path=/panels/ci;');
  } finally {
    await below.close();
  }
});
