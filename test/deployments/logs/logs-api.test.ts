import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Build } from '../../../src/deployments/build-server.ts';
import type { InputSpec } from '../../../src/products/product.ts';
import { EventReader, listen } from '../../http/event-reader.ts';
import { HELLO, ORDERER } from '../bench.ts';
import { benchPerTest } from '../bench-per-test.ts';
import { httpBench, TOKEN } from '../http-bench.ts';
import { must } from '../records.ts';

const at = benchPerTest();
const AUTH = { authorization: `Bearer ${TOKEN}` };
const SECRET_INPUT: InputSpec = { type: 'string', required: true, secret: true, max_length: 80, env: 'PIN' };
const opened: EventReader[] = [];
let served: Awaited<ReturnType<typeof listen>>;

beforeEach(serve);
afterEach(async () => {
  for (const reader of opened.splice(0)) await reader.close();
  await served.close();
});

async function serve(): Promise<void> {
  const http = httpBench(at());
  http.streams.start();
  served = await listen(http.app);
}

/** A deployment whose build runs. */
async function running(): Promise<{ id: string; build: Build }> {
  const bench = at();
  const { deployment_id: id } = await bench.order();
  await bench.core.tracker.round();
  const build = must(bench.builds.startNext());
  await bench.claim(build);
  return { id, build };
}

const urlOf = (id: string) => `${served.url}/api/deployments/${id}/log`;

async function follow(id: string, headers: Record<string, string> = {}): Promise<EventReader> {
  const reader = await EventReader.open(urlOf(id), { ...AUTH, ...headers });
  opened.push(reader);
  return reader;
}

async function end(build: Build): Promise<void> {
  at().builds.end(build, 'FAILURE');
  await at().core.tracker.round();
}

test('a reader sees the lines as they are written, and at the end the phase', async () => {
  const { id, build } = await running();
  at().builds.writeLog(build, 'one\ntwo\nhal');
  const reader = await follow(id);

  const first = await reader.next();
  at().builds.writeLog(build, 'f\n');
  const second = await reader.next();
  await end(build);
  const last = await reader.next();

  expect(first).toEqual({ event: 'log', id: '1:8', data: 'one\ntwo' });
  expect(second).toEqual({ event: 'log', id: '1:13', data: 'half' });
  expect(last).toEqual({ event: 'end', id: undefined, data: '{"phase":"failed"}' });
  expect(await reader.next()).toBeUndefined();
  expect(reader.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(reader.headers.get('x-accel-buffering')).toBe('no');
});

test('a reader that comes back goes on behind the last event', async () => {
  const { id, build } = await running();
  at().builds.writeLog(build, 'one\n');
  const before = await follow(id);
  await before.next();
  await before.close();
  at().builds.writeLog(build, 'two\n');

  const after = await follow(id, { 'last-event-id': must(before.lastId) });

  expect(await after.next()).toEqual({ event: 'log', id: '1:8', data: 'two' });
});

test('a log that was followed with a gap is read anew at the end', async () => {
  const { id, build } = await running();
  at().builds.writeLog(build, 'one\n');
  const reader = await follow(id);
  await reader.next();
  at().builds.replaceLog(build, 'zero\none\n');

  await end(build);

  expect(await reader.next()).toEqual({ event: 'reset', id: '2:0', data: '{"generation":2}' });
  expect(await reader.next()).toEqual({ event: 'log', id: '2:9', data: 'zero\none' });
  expect(await reader.next()).toMatchObject({ event: 'end' });
});

test('who comes back after a restart of the coordinator goes on in the same text', async () => {
  const { id, build } = await running();
  at().builds.writeLog(build, 'one\n');
  const before = await follow(id);
  await before.next();
  await before.close();
  await served.close();
  await at().close();
  at().restart();
  at().builds.writeLog(build, 'two\n');

  await serve();
  const after = await follow(id, { 'last-event-id': must(before.lastId) });

  expect(await after.next()).toEqual({ event: 'log', id: '1:8', data: 'two' });
});

test('a hundred readers at once each get the whole log', async () => {
  const { id, build } = await running();
  const lines = Array.from({ length: 20_000 }, (_, line) => `line ${String(line)} ñ`);
  at().builds.writeLog(build, `${lines.slice(0, 15_000).join('\n')}\n`);

  const readers = await Promise.all(Array.from({ length: 100 }, () => follow(id)));
  at().builds.writeLog(build, `${lines.slice(15_000).join('\n')}\n`);
  await end(build);

  const expected = lines.join('\n');
  for (const reader of readers) {
    const events = await reader.until(({ event }) => event === 'end');
    const text = events.filter(({ event }) => event === 'log').map(({ data }) => data);
    expect(text.join('\n') === expected).toBe(true);
  }
  const text = await fetch(urlOf(id), { headers: AUTH });
  expect(await text.text()).toBe(`${expected}\n`);
}, 60_000);

test('the hundred and first stream of a caller is refused, text is not', async () => {
  const { id } = await running();
  await Promise.all(Array.from({ length: 100 }, () => follow(id)));

  const events = await fetch(urlOf(id), { headers: { ...AUTH, accept: 'text/event-stream' } });
  const text = await fetch(urlOf(id), { headers: AUTH });

  expect([events.status, events.headers.get('retry-after'), text.status]).toEqual([429, '10', 200]);
  await events.body?.cancel();
  await text.body?.cancel();
});

test('the log of a deployment that never had a build is over when the deployment is', async () => {
  const { deployment_id } = await at().order();
  await at().core.tracker.round();
  await at().core.orders.cancel(deployment_id, ORDERER);
  const reader = await follow(deployment_id);
  await at().core.tracker.round();

  expect(await reader.next()).toEqual({ event: 'end', id: undefined, data: '{"phase":"cancelled"}' });
});

test('secrets of the order, its lease and our own are in no log', async () => {
  at().product = { ...HELLO, inputs: { pin: SECRET_INPUT } };
  const order = { product_id: 'hello', client_name: 'Acme', environment: 'prod', host_id: 'cl-a' } as const;
  await at().core.orders.create({ ...order, inputs: { pin: 'open-sesame' } }, ORDERER, { visitor: '' });
  await at().core.tracker.round();
  const build = must(at().builds.startNext());
  const claim = await at().claim(build);
  at().builds.writeLog(build, `pin open-sesame lease ${claim.lease} token ${TOKEN} end\n`);

  const answer = await fetch(urlOf(claim.deployment_id), { headers: AUTH });

  expect(await answer.text()).toBe('pin [redacted] lease [redacted] token [redacted] end\n');
});

test.each(['7:3', '1:999999'])('a place %s that is not there begins with a reset', async (place) => {
  const { id, build } = await running();
  at().builds.writeLog(build, 'one\n');

  const reader = await follow(id, { 'last-event-id': place });

  expect(await reader.next()).toEqual({ event: 'reset', id: '1:0', data: '{"generation":1}' });
  expect(await reader.next()).toEqual({ event: 'log', id: '1:4', data: 'one' });
});

test.each(['1', 'a:b', '1:2:3', '-1:0', '1:99999999999999'])(
  'an id %s that no event of ours had is refused',
  async (place) => {
    const { id } = await running();

    const answer = await fetch(urlOf(id), {
      headers: { ...AUTH, accept: 'text/event-stream', 'last-event-id': place },
    });

    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'validation_failed' }]);
  },
);

test('text is what was written so far, whole lines only, and the stored log when Jenkins is away', async () => {
  const { id, build } = await running();
  at().builds.writeLog(build, 'one\ntw');
  const read = async () => (await fetch(urlOf(id), { headers: AUTH })).text();

  expect(await read()).toBe('one\n');
  at().builds.down = true;
  expect(await read()).toBe('one\n');
});

test('who has the text already is told so', async () => {
  const { id, build } = await running();
  at().builds.writeLog(build, 'one\n');
  const first = await fetch(urlOf(id), { headers: AUTH });

  const again = await fetch(urlOf(id), {
    headers: { ...AUTH, 'if-none-match': first.headers.get('etag') ?? '' },
  });

  expect([first.status, again.status, await again.text()]).toEqual([200, 304, '']);
});

test('without the right there is neither text nor events', async () => {
  const { id } = await running();
  const http = httpBench(at());
  const cookie = await http.cookieOf('viewer');

  for (const accept of ['text/plain', 'text/event-stream']) {
    const anonymous = await fetch(urlOf(id), { headers: { accept } });
    const viewer = await fetch(urlOf(id), { headers: { accept, cookie } });
    const foreign = await fetch(urlOf(id), {
      headers: { accept, cookie: await http.cookieOf('operator'), 'sec-fetch-site': 'cross-site' },
    });
    expect([anonymous.status, viewer.status, foreign.status]).toEqual([401, 403, 403]);
  }
});
