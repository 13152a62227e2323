import { afterAll, beforeAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { RedisSessionStore } from '../../src/http/redis-session-store.ts';
import { Sessions } from '../../src/http/sessions.ts';
import { dump } from '../deployments/dump.ts';
import { PAGES, startApi, TOKEN, type ApiTestbed } from './api-testbed.ts';

let bed: ApiTestbed;
const SIGN_IN_MS = 60_000;

beforeAll(async () => {
  bed = await startApi();
});

afterAll(async () => bed.close());

const api = () => request(bed.api.app);

async function signInPath(): Promise<string> {
  const link = await bed.sessions.createSignInLink({ user: 'ana', role: 'admin' });
  return link.slice(PAGES.length);
}

test('a link signs in once: cookie, 303 to the pages, then it is used up', async () => {
  const path = await signInPath();

  await api().head(path).expect(401);
  const answer = await api().get(path).expect(303);

  expect(answer.headers['location']).toBe('/');
  const [cookie = ''] = answer.headers['set-cookie'] as unknown as string[];
  expect(cookie).toMatch(
    /^ark_session=[A-Za-z0-9_-]{43}; Max-Age=604800; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
  );
  await api().get(path).expect(401);
});

test.each([
  ['a browser that fetches ahead', { 'sec-purpose': 'prefetch;prerender' }],
  ['an older browser that fetches ahead', { purpose: 'prefetch' }],
  ['a picture in a page of a tenant', { 'sec-fetch-dest': 'image', 'sec-fetch-site': 'same-site' }],
  ['a script', { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' }],
  ['a frame', { 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate' }],
])('%s neither uses the link up nor is signed in', async (_who, headers) => {
  const path = await signInPath();

  const answer = await api().get(path).set(headers).expect(401);

  expect(answer.headers['set-cookie']).toBeUndefined();
  const visit = { 'sec-fetch-dest': 'document', 'sec-fetch-site': 'cross-site' };
  await api().get(path).set(visit).expect(303);
});

test('of two browsers that follow a link at the same moment one is signed in', async () => {
  const path = await signInPath();

  const answers = await Promise.all([1, 2, 3, 4].map(async () => api().get(path)));

  expect(answers.map(({ status }) => status).sort()).toEqual([303, 401, 401, 401]);
});

test('a link lasts as long as the setting says, and is gone then', async () => {
  await signInPath();

  const [key = ''] = await bed.redis.keys('*:sign_in:*');

  const leftMs = await bed.redis.pttl(key);
  expect(leftMs).toBeGreaterThan(SIGN_IN_MS - 10_000);
  expect(leftMs).toBeLessThanOrEqual(SIGN_IN_MS);
});

test.each([
  ['a session that is over', `ark_session=${'A'.repeat(43)}`],
  ['two session cookies', 'ark_session=planted; ark_session=planted'],
])('a browser that still has %s is signed in by a new link', async (_what, cookie) => {
  const answer = await api()
    .get(await signInPath())
    .set({ cookie })
    .expect(303);

  const [given = ''] = answer.headers['set-cookie'] as unknown as string[];
  expect(given).not.toContain('A'.repeat(43));
  const fresh = given.split(';', 1)[0] ?? '';
  await api().get('/api/session').set({ cookie: fresh }).expect(200);
});

test('signing in is an act, by the user of the link', async () => {
  await api()
    .get(await signInPath())
    .expect(303);

  const acts = await api().get('/api/acts?limit=1').set('authorization', `Bearer ${TOKEN}`);
  expect(acts.body).toMatchObject({
    acts: [{ by: 'ana', via: 'session', act: 'session.sign-in', outcome: 'ok', why: '' }],
  });
});

test('a link signs in, and says so in the log, also when the act cannot be recorded', async () => {
  await bed.redis.set('ark:{ark}:acts:by:all', 'not a list');
  bed.lines();

  const answer = await api()
    .get(await signInPath())
    .expect(303);

  const cookie = (answer.headers['set-cookie'] as unknown as string[])[0]?.split(';', 1)[0] ?? '';
  await api().get('/api/session').set({ cookie }).expect(200);
  expect(bed.lines()).toContainEqual(
    expect.objectContaining({ level: 'warn', message: 'sign-in not recorded', user: 'ana' }),
  );
  await bed.redis.del('ark:{ark}:acts:by:all');
});

test('a sign-out ends this session, and no other of the same user', async () => {
  const [cookie, other] = [await bed.signedIn(), await bed.signedIn()];

  await api().post('/api/session/sign-out').set({ cookie, origin: PAGES }).expect(204);

  await api().get('/api/session').set({ cookie }).expect(401);
  await api().get('/api/session').set({ cookie: other }).expect(200);
});

test('a foreign page can sign nobody out', async () => {
  const cookie = await bed.signedIn();

  await api().post('/api/session/sign-out').set({ cookie, origin: 'http://apps.example:3001' }).expect(403);
  await api().post('/api/session/sign-out').set({ cookie }).expect(403);

  await api().get('/api/session').set({ cookie }).expect(200);
});

test('a link that was used leads a person to the page that explains it, without a session', async () => {
  const answer = await api()
    .get(`/sign-in?code=${'A'.repeat(43)}`)
    .set('accept', 'text/html,*/*;q=0.8')
    .expect(303);

  expect(answer.headers['location']).toBe('/');
  expect(answer.headers['set-cookie']).toBeUndefined();
});

test('the session says who is signed in, until the sign-out', async () => {
  const cookie = await bed.signedIn();
  expect((await api().get('/api/session').set({ cookie })).body).toEqual({ user: 'ana', role: 'operator' });

  const out = await api().post('/api/session/sign-out').set({ cookie, origin: PAGES }).expect(204);

  expect(out.headers['set-cookie']?.[0]).toMatch(/^ark_session=; .*Expires=Thu, 01 Jan 1970/);
  await api().get('/api/session').set({ cookie }).expect(401);
});

test('a session that is used every hour is over after a week', async () => {
  const hourMs = 3_600_000;
  let now = Date.now();
  const store = new RedisSessionStore(bed.redis, 'week:{ark}:');
  const sessions = new Sessions({
    store,
    pagesUrl: PAGES,
    sessionMs: 12 * hourMs,
    signInMs: hourMs,
    clock: () => now,
  });
  const link = await sessions.createSignInLink({ user: 'ana', role: 'admin' });
  const token = (await sessions.signIn(new URL(link).searchParams.get('code') ?? ''))?.token ?? '';

  let hours = 0;
  for (; (await sessions.find(token)) !== undefined && hours < 1_000; hours += 1) now += hourMs;

  expect(hours).toBe(7 * 24);
  expect(await bed.redis.keys('week:*')).toEqual([]);
});

test.each([
  ['a moment after it was renewed', 59_000, 59_000],
  ['later', 40_000, 60_000],
])('a session that is used %s costs a write only when that is due', async (_when, leftMs, thenMs) => {
  await bed.redis.del(await bed.redis.keys('*:session:*'));
  const cookie = await bed.signedIn();
  const [key = ''] = await bed.redis.keys('*:session:*');
  await bed.redis.pexpire(key, leftMs);

  await api().get('/api/session').set({ cookie }).expect(200);

  const left = await bed.redis.pttl(key);
  expect(left).toBeGreaterThan(thenMs - 5_000);
  expect(left).toBeLessThanOrEqual(thenMs);
});

test('a token has no session to end', async () => {
  await api().post('/api/session/sign-out').set('authorization', `Bearer ${TOKEN}`).expect(204);
});

test.each([
  '',
  '?code=',
  `?code=${'A'.repeat(43)}`,
  `?code=${'A'.repeat(101)}`,
  '?code[]=x',
  '?code=a&code=b',
])('no session for /sign-in%s', async (query) => {
  const answer = await api().get(`/sign-in${query}`);

  expect([400, 401]).toContain(answer.status);
  expect(answer.headers['set-cookie']).toBeUndefined();
});

test('the store holds neither tokens nor codes', async () => {
  const code = new URL(PAGES + (await signInPath())).searchParams.get('code') ?? '';
  const cookie = await bed.signedIn();

  const stored = JSON.stringify(await dump(bed.redis, '', /^$/));

  expect(stored).not.toContain(code);
  expect(stored).not.toContain(cookie.replace('ark_session=', ''));
  const keys = [...(await bed.redis.keys('*:session:*')), ...(await bed.redis.keys('*:sign_in:*'))];
  expect(keys).not.toEqual([]);
  for (const key of keys) expect(await bed.redis.pttl(key)).toBeGreaterThan(0);
});

test('while Redis is away a session cannot be checked: 503 with Retry-After', async () => {
  const own = await startApi();
  const cookie = await own.signedIn();
  await own.server.kill();

  const answer = await request(own.api.app).get('/api/session').set({ cookie });

  expect(answer.status).toBe(503);
  expect(answer.headers['retry-after']).toBe('2');
  expect(answer.body).toMatchObject({ code: 'store_unavailable' });
  await own.close();
});
