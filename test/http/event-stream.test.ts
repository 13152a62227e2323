import { afterEach, expect, test } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import express, { type Response } from 'express';
import { EventStream, type EventStreamOptions } from '../../src/http/event-stream.ts';
import { StreamSlots } from '../../src/http/stream-slots.ts';
import { until } from '../testbed/until.ts';
import { EventReader, listen } from './event-reader.ts';

const stop = new AbortController();
const KIB_64 = 'x'.repeat(64 * 1_024);
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server whose every answer is a stream that `feed` fills. */
async function serve(
  options: Omit<EventStreamOptions, 'signal'> & { readonly signal?: AbortSignal },
  feed: (stream: EventStream, response: Response) => Promise<void> | void = () => undefined,
): Promise<string> {
  const app = express();
  app.get('/', (_request, response) => {
    void feed(new EventStream(response, { signal: stop.signal, ...options }), response);
  });
  const server = await listen(app);
  closing.push(() => server.close());
  return server.url;
}

/** Asks and never reads. */
async function deafReader(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  socket.pause().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  return socket;
}

test('an event has its name, its place, and each line of its data', async () => {
  const url = await serve({}, async (stream) => {
    await stream.send({ event: 'log', id: '1:8', data: 'one\n  two\n\nfour' });
    stream.end();
  });

  const reader = await EventReader.open(url, {});

  expect(await reader.next()).toEqual({ event: 'log', id: '1:8', data: 'one\n  two\n\nfour' });
  expect(await reader.next()).toBeUndefined();
});

test('in silence a comment comes, with the place where a reader would go on', async () => {
  const url = await serve({ heartbeatMs: 20, position: '7-0' }, (stream) => {
    setTimeout(() => (stream.position = '8-0'), 100);
  });
  const reader = await EventReader.open(url, {});
  closing.unshift(() => reader.close());

  void reader.next();

  await until(
    async () => Promise.resolve(reader.raw),
    (raw) => raw.includes(':\nid: 8-0\n\n'),
  );
  expect(reader.raw).toMatch(/^retry: 2000\nid: 7-0\n\n(?::\nid: 7-0\n\n)+:\nid: 8-0\n\n/);
});

test('a stream ends in good order after its time, and when the process stops', async () => {
  const stopping = new AbortController();
  const [timed, stopped] = [await serve({ longestMs: 50 }), await serve({ signal: stopping.signal })];
  const readers = [await EventReader.open(timed, {}), await EventReader.open(stopped, {})];

  stopping.abort();

  expect(await Promise.all(readers.map((reader) => reader.next()))).toEqual([undefined, undefined]);
});

test('a hundred readers who never read cost one event each, and are cut off', async () => {
  const sent: number[] = [];
  const over: AbortSignal[] = [];
  let held = 0;
  const url = await serve({ slowMs: 3_000 }, async (stream, response) => {
    const mine = sent.push(0) - 1;
    over.push(stream.signal);
    while (!stream.signal.aborted) {
      await stream.send({ event: 'log', data: KIB_64 });
      sent[mine] = (sent[mine] ?? 0) + 1;
      held = Math.max(held, response.writableLength);
    }
  });

  const sockets = await Promise.all(Array.from({ length: 100 }, () => deafReader(url)));

  await until(
    async () => Promise.resolve(over),
    (all) => all.length === 100 && all.every(({ aborted }) => aborted),
  );
  // Beyond what the kernel takes, our side holds one event.
  expect(held).toBeLessThan(2 * KIB_64.length);
  for (const socket of sockets) socket.destroy();
}, 60_000);

test('a reader who goes away ends its stream', async () => {
  const over: AbortSignal[] = [];
  const url = await serve({}, (stream) => void over.push(stream.signal));
  const reader = await EventReader.open(url, {});

  await reader.close();

  await until(
    async () => Promise.resolve(over),
    ([signal]) => signal?.aborted === true,
  );
  expect(over).toHaveLength(1);
});

test('for a reader who went away before its stream began nothing is kept', async () => {
  const slots = new StreamSlots({ perCaller: 1, inAll: 1 });
  const app = express();
  const over: boolean[] = [];
  app.get('/', (_request, response) => {
    response.once('close', () => {
      slots.take('ana', response);
      over.push(new EventStream(response, { signal: stop.signal }).signal.aborted);
    });
  });
  const server = await listen(app);
  closing.push(() => server.close());

  (await deafReader(server.url)).destroy();

  await until(
    async () => Promise.resolve(over),
    ({ length }) => length === 1,
  );
  expect(over).toEqual([true]);
  slots.take('eva', new EventEmitter() as unknown as Response);
});

test('one caller has so many streams, all together so many, and a place is free when one ends', async () => {
  const slots = new StreamSlots({ perCaller: 2, inAll: 3 });
  const [a, b, c, d] = Array.from({ length: 4 }, () => new EventEmitter());
  const take = (caller: string, response: EventEmitter | undefined) =>
    slots.take(caller, response as unknown as Response);
  const full = expect.objectContaining({ code: 'too_many_streams', retryAfterS: 10 });

  take('ana', a);
  take('ana', b);
  expect(() => take('ana', d)).toThrow(full);
  take('eva', c);
  expect(() => take('eva', d)).toThrow(full);
  a?.emit('close');
  take('ana', d);

  expect(() => take('ana', a)).toThrow(full);
});
