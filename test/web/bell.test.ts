import { expect, test } from '@jest/globals';
import { Bell } from '../../src/web/bell.ts';

const LONG_MS = 60_000;
const never = new AbortController().signal;

test('a ring ends the pause', async () => {
  const bell = new Bell();
  const pause = bell.pause(LONG_MS, never);

  bell.ring();

  await expect(pause).resolves.toBeUndefined();
});

test('a ring that nobody waited for ends the next pause, and only that', async () => {
  const bell = new Bell();
  bell.ring();
  bell.ring();

  await bell.pause(LONG_MS, never);
  const began = performance.now();
  await bell.pause(30, never);

  expect(performance.now() - began).toBeGreaterThan(25);
});

test('an abort ends the pause without an error, also one from before', async () => {
  const ending = new AbortController();
  const pause = new Bell().pause(LONG_MS, ending.signal);

  ending.abort();

  await pause;
  await expect(new Bell().pause(LONG_MS, ending.signal)).resolves.toBeUndefined();
});
