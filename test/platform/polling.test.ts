import { expect, test } from '@jest/globals';
import { pollUntil, sleep } from '../../src/platform/polling.ts';

const never = new AbortController().signal;

test('polling returns the first value that is not undefined', async () => {
  let tries = 0;

  const found = await pollUntil(async () => Promise.resolve(++tries === 3 ? 'there' : undefined), {
    everyMs: 1,
    timeoutMs: 5_000,
    signal: never,
  });

  expect([found, tries]).toEqual(['there', 3]);
});

test('polling gives undefined when the time is over', async () => {
  const polling = pollUntil(async () => Promise.resolve(undefined), {
    everyMs: 5,
    timeoutMs: 20,
    signal: never,
  });

  expect(await polling).toBeUndefined();
});

test('an aborted wait rejects with the reason of the signal', async () => {
  const abort = new AbortController();
  const waiting = sleep(60_000, abort.signal);

  abort.abort(new Error('closing'));

  await expect(waiting).rejects.toThrow('closing');
});
