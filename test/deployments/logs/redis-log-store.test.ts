import { randomBytes } from 'node:crypto';
import { beforeEach, expect, test } from '@jest/globals';
import type { DeploymentId } from '../../../src/deployments/deployment.ts';
import type { LogHead, LogWrite } from '../../../src/deployments/logs/log-store.ts';
import { RedisLogStore } from '../../../src/deployments/logs/redis-log-store.ts';
import { redisForFile } from '../../testbed/redis-for-file.ts';
import { must } from '../records.ts';

const redis = redisForFile();
const DAY_MS = 86_400_000;
const id = (name: string) => `d-${name}` as DeploymentId;
let prefix: string;
let now: number;
let logs: RedisLogStore;

beforeEach(() => {
  prefix = `ark:{t${randomBytes(6).toString('hex')}}:`;
  now = Date.now();
  logs = storeOf({});
});

const storeOf = (limits: { budgetBytes?: number; limitBytes?: number }) =>
  new RedisLogStore({ redis: redis(), prefix, clock: () => now, budgetBytes: 1_000_000, ...limits });

function write(
  name: string,
  text: string,
  more: Partial<LogWrite> = {},
  to = logs,
): Promise<LogHead | undefined> {
  const tail = { keyLines: 0 };
  return to.write({
    ...{ id: id(name), known: undefined, build: '1:1', text, tail, complete: false, orderedAt: now },
    ...more,
  });
}

async function textOf(name: string, head: LogHead): Promise<string | undefined> {
  return (await logs.read(id(name), head))?.toString();
}

const usedBytes = async (): Promise<number> => Number(await redis().get(`${prefix}logs:bytes`));

test('a replaced text of which the beginning had gone is read as it was', async () => {
  logs = storeOf({ limitBytes: 1_000 });
  let head = must(await write('a', 'line 000\n'));
  for (let n = 1; n < 300; n += 1)
    head = must(await write('a', `line ${String(n).padStart(3, '0')}\n`, { known: head }));
  const before = await textOf('a', head);

  await write('a', 'new\n', { known: head, anew: true });

  expect(head.from).toBeGreaterThan(0);
  expect(before).toContain('line 299\n');
  expect(await textOf('a', head)).toBe(before);
});

test('lines are added to what is there, and the place of the reading is kept', async () => {
  const first = must(await write('a', 'one\n'));
  const second = must(await write('a', 'ñ\n', { known: first, tail: { keyLines: 3 }, complete: true }));

  expect(second).toEqual({
    ...{ generation: first.generation, from: 0, to: 7, build: '1:1', complete: true, tail: { keyLines: 3 } },
  });
  expect(await logs.head(id('a'))).toEqual(second);
  expect(await textOf('a', second)).toBe('one\nñ\n');
  expect(await usedBytes()).toBe(7);
});

test('of two who write at the same place only one does', async () => {
  const first = must(await write('a', 'one\n'));

  const both = await Promise.all([
    write('a', 'two\n', { known: first }),
    write('a', 'two\n', { known: first }),
  ]);

  expect(both.filter((head) => head === undefined)).toHaveLength(1);
  expect(await textOf('a', must(await logs.head(id('a'))))).toBe('one\ntwo\n');
  expect(await write('a', 'anew\n')).toBeUndefined();
});

test('a new generation replaces the text; who reads the old one may end', async () => {
  const first = must(await write('a', 'one\ntwo\n'));
  const second = must(await write('a', 'zero\n', { known: first, anew: true }));

  expect(second.generation).toBeGreaterThan(first.generation);
  expect([await textOf('a', first), await textOf('a', second)]).toEqual(['one\ntwo\n', 'zero\n']);
  expect(await redis().pttl(`${prefix}log:d-a:${String(first.generation)}`)).toBeGreaterThan(60_000);
  expect(await usedBytes()).toBe(5);
});

test('of a long log the end is kept, from the beginning of a line, and places stay what they were', async () => {
  const small = storeOf({ limitBytes: 100 });
  let head: LogHead | undefined;
  for (let line = 0; line < 100; line += 1)
    head = await write('a', `line ${String(line)}\n`, { known: head }, small);

  const { from, to } = must(head);
  expect(to).toBe(790);
  expect(to - from).toBeLessThanOrEqual(200);
  expect(await textOf('a', must(head))).toMatch(/^line \d\d\n(?:line \d\d\n)*line 99\n$/);
  expect(await logs.read(id('a'), { ...must(head), from: 0 })).toBeUndefined();
  expect(await usedBytes()).toBe(to - from);
});

test('the logs of orders of more than 30 days ago are forgotten', async () => {
  await write('old', 'one\n', { orderedAt: now - 29 * DAY_MS });
  now += 2 * DAY_MS;

  await write('new', 'two\n');

  expect(await logs.head(id('old'))).toBeUndefined();
  expect(await redis().keys(`${prefix}log:d-old*`)).toEqual([]);
  expect(await usedBytes()).toBe(4);
});

test('what is too old is forgotten also when nothing is written', async () => {
  await write('old', 'one\n');
  now += 31 * DAY_MS;

  await logs.makeRoom();

  expect(await logs.head(id('old'))).toBeUndefined();
  expect(await usedBytes()).toBe(0);
});

test('when all are too long together the oldest go, never the one that is written', async () => {
  const small = storeOf({ budgetBytes: 30 });
  for (const [at, name] of ['a', 'b', 'c', 'd'].entries())
    await write(name, 'ten bytes\n', { orderedAt: now + at }, small);

  expect(
    await Promise.all(['a', 'b', 'c', 'd'].map(async (name) => (await logs.head(id(name)))?.to)),
  ).toEqual([undefined, 10, 10, 10]);
  await write('early', 'x'.repeat(40), { orderedAt: now - DAY_MS }, small);
  expect((await logs.head(id('early')))?.to).toBe(40);
  expect(await usedBytes()).toBe(40);
});

test('a log that was forgotten and comes back has another generation', async () => {
  const small = storeOf({ budgetBytes: 10 });
  const first = must(await write('a', 'ten bytes\n', {}, small));
  await write('b', 'ten bytes\n', { orderedAt: now + 1 }, small);

  const again = must(await write('a', 'other\n', { orderedAt: now + 2 }, small));

  expect(again.generation).toBeGreaterThan(first.generation);
});
