import { expect, test } from '@jest/globals';
import { Lifecycle } from '../../src/platform/lifecycle.ts';

test('what was added last is closed first, and the signal is aborted before', async () => {
  const lifecycle = new Lifecycle();
  const closed: string[] = [];
  for (const name of ['redis', 'server']) {
    lifecycle.add(name, { close: () => void closed.push(`${name} ${String(lifecycle.signal.aborted)}`) });
  }

  expect(await lifecycle.close(1_000)).toEqual([]);
  expect(closed).toEqual(['server true', 'redis true']);
});

test('what fails or hangs is named, and the rest is closed all the same', async () => {
  const lifecycle = new Lifecycle();
  let closed = false;
  lifecycle.add('first', { close: () => void (closed = true) });
  lifecycle.add('hangs', { close: async () => new Promise<void>(() => undefined) });
  lifecycle.add('fails', { close: async () => Promise.reject(new Error('no')) });

  expect(await lifecycle.close(50)).toEqual(['fails', 'hangs']);
  expect(closed).toBe(true);
});
