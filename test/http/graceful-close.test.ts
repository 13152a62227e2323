import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { Router } from 'express';
import { startApi } from './api-testbed.ts';

/** A server with one route that answers its head at once and its end when the test says so. */
async function slowServer() {
  const release: (() => void)[] = [];
  const router = Router();
  router.get('/slow', (_request, response) => {
    response.write('begun ');
    release.push(() => response.end('and done'));
  });
  const bed = await startApi({ callbacks: [router] });
  const port = await bed.api.listen();
  const ask = async (): Promise<IncomingMessage> => {
    const [answer] = (await once(get({ port, path: '/slow', host: '127.0.0.1' }), 'response')) as [
      IncomingMessage,
    ];
    return answer;
  };
  return { bed, ask, finish: () => release.forEach((end) => end()) };
}

test('an answer under way ends before the server does; new connections are refused', async () => {
  const { bed, ask, finish } = await slowServer();
  const answer = await ask();

  const closed = bed.api.close(5_000);
  await expect(ask()).rejects.toThrow('ECONNREFUSED');
  finish();

  expect(Buffer.concat(await answer.toArray()).toString()).toBe('begun and done');
  await closed;
  await bed.close();
});

test('an answer that does not end is cut when the time is over', async () => {
  const { bed, ask } = await slowServer();
  const answer = await ask();

  const cut = expect(answer.toArray()).rejects.toThrow('aborted');
  await bed.api.close(50);

  await cut;
  await bed.close();
});
