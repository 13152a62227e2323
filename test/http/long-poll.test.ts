import { expect, test } from '@jest/globals';
import express from 'express';
import { holdUntil } from '../../src/http/long-poll.ts';
import { until } from '../testbed/until.ts';
import { listen } from './event-reader.ts';

const stop = new AbortController();
const never = async () => Promise.resolve(false);

test('an answer is held back until the check holds, and no longer than asked', async () => {
  let checks = 0;
  const app = express();
  app.get('/', async (_request, response) => {
    await holdUntil(async () => Promise.resolve((checks += 1) > 1), {
      seconds: 30,
      response,
      signal: stop.signal,
    });
    await holdUntil(never, { seconds: 0, response, signal: stop.signal });
    response.json({ checks });
  });
  const server = await listen(app);

  expect(await (await fetch(server.url)).json()).toEqual({ checks: 2 });
  await server.close();
});

test('for a caller who went away before, nothing is polled', async () => {
  let isOver = false;
  const gone = new AbortController();
  const app = express();
  app.get('/', (_request, response) => {
    response.once('close', () => {
      void holdUntil(never, { seconds: 60, response, signal: stop.signal }).then(() => (isOver = true));
    });
    gone.abort();
  });
  const server = await listen(app);

  await fetch(server.url, { signal: gone.signal }).catch(() => undefined);

  expect(
    await until(
      async () => Promise.resolve(isOver),
      (is) => is,
    ),
  ).toBe(true);
  await server.close();
});
