import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { EventFeed } from '../../../src/deployments/events/event-feed.ts';
import { followChanges } from '../../../src/deployments/events/change-reader.ts';
import { noLog } from '../../../src/platform/logger.ts';
import { connectRedis, type Redis } from '../../../src/platform/redis.ts';
import { startRedis, type TestRedis } from '../../testbed/redis.ts';
import { patiently, until } from '../../testbed/until.ts';

const PREFIX = 'ark:{events}:';
let server: TestRedis;
let redis: Redis;
let feed: EventFeed;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.close());
beforeEach(async () => {
  redis = await connectRedis({ url: server.url, name: 'test' });
  await redis.flushall();
  feed = await startFeed();
});
afterEach(async () => {
  await feed.close();
  redis.disconnect();
});

async function startFeed(kept = 5_000): Promise<EventFeed> {
  const blocking = await connectRedis({ url: server.url, name: 'feed' });
  const started = new EventFeed({ redis: blocking, prefix: PREFIX, log: noLog, kept });
  started.start();
  await until(
    async () => Promise.resolve(started.last),
    (last) => last !== undefined,
  );
  return started;
}

async function change(kind: string): Promise<string> {
  const fields = [
    'kind',
    kind,
    'at',
    '1790000000000',
    'instance_id',
    'i',
    'deployment_id',
    'd',
    'detail',
    '',
  ];
  return (await redis.xadd(`${PREFIX}events`, '*', ...fields)) ?? '';
}

const untilSeen = (id: string) =>
  until(
    async () => Promise.resolve(feed.last),
    (last) => last === id,
  );
const kindsAfter = (id: string) => feed.after(id)?.map(({ kind }) => kind);

test('what was there before and what comes is remembered in order', async () => {
  const beginning = feed.last ?? '';
  const [first, second] = [await change('accepted'), await change('waiting')];
  await untilSeen(second);

  expect(kindsAfter(beginning)).toEqual(['accepted', 'waiting']);
  expect(kindsAfter(first)).toEqual(['waiting']);
  expect(kindsAfter(second)).toEqual([]);
  expect(kindsAfter('1-1')).toBeUndefined();
});

test('only so many are remembered, also of those that came later', async () => {
  await feed.close();
  const early = [await change('one'), await change('two')];
  feed = await startFeed(1);

  expect([kindsAfter('0-0'), kindsAfter(early[0] ?? '')]).toEqual([undefined, undefined]);
  let last = '';
  for (let count = 0; count < 600; count += 1) last = await change('more');
  await untilSeen(last);

  expect(kindsAfter(early[1] ?? '')).toBeUndefined();
  expect(kindsAfter(last)).toEqual([]);
});

test('after Redis was away nothing is missing', async () => {
  const first = await change('accepted');
  await untilSeen(first);

  await server.restart();
  const second = await patiently(() => change('waiting'));
  await untilSeen(second);

  expect(kindsAfter(first)).toEqual(['waiting']);
});

test('of another Redis the places of the old one are unknown', async () => {
  const first = await change('accepted');
  await untilSeen(first);

  await redis.flushall();
  await server.restart();
  const other = await patiently(() => change('waiting'));
  await untilSeen(other);

  expect(kindsAfter(first)).toBeUndefined();
  expect(kindsAfter('0-0')).toEqual(['waiting']);
});

test('a hundred readers cost Redis no more than one', async () => {
  const gone = new AbortController();
  const heard: string[] = [];
  const read = async (): Promise<void> => {
    for await (const news of followChanges(feed, feed.last ?? '', gone.signal))
      if (news.kind === 'change') heard.push(news.event.kind);
  };
  const readers = Array.from({ length: 100 }, read);
  const callsOf = async () => Number(/cmdstat_xread:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1]);
  await redis.config('RESETSTAT');

  await change('accepted');
  await until(
    async () => Promise.resolve(heard),
    ({ length }) => length === 100,
  );

  expect(await callsOf()).toBeLessThan(10);
  gone.abort();
  await Promise.all(readers);
});
