import type { RequestListener } from 'node:http';
import { expect, test } from '@jest/globals';
import { examine, ok, type Examination } from '../../src/http/checkup.ts';
import { examineAddresses } from '../../src/http/public-addresses.ts';
import { servePerTest } from '../testbed/serve-per-test.ts';

const serve = servePerTest();

const json =
  (answers: Readonly<Record<string, readonly [number, object]>>): RequestListener =>
  (request, response) => {
    const [status, body] = answers[request.url ?? ''] ?? [404, { code: 'not_found' }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

test('what fails is broken with the words of the failure and its hint, and stops nothing else', async () => {
  const parts: Examination[] = [
    { part: 'a', hint: 'start a', look: async () => Promise.reject(new Error('a is away')) },
    { part: 'b', hint: '', look: async () => Promise.resolve([ok('b 1', 'fine'), ok('b 2', 'fine')]) },
  ];

  expect(await examine(parts)).toEqual([
    { part: 'a', state: 'broken', detail: 'a is away', hint: 'start a' },
    { part: 'b 1', state: 'ok', detail: 'fine', hint: null },
    { part: 'b 2', state: 'ok', detail: 'fine', hint: null },
  ]);
});

test('public addresses that lead to us are found', async () => {
  const pagesUrl = await serve(
    json({
      '/livez': [200, { status: 'alive' }],
      '/api/callbacks/claim': [405, { code: 'method_not_allowed' }],
    }),
  );
  const appsUrl = await serve(json({ '/instances/ark-checkup/': [404, { code: 'route_unknown' }] }));

  const found = await examine(examineAddresses({ pagesUrl, appsUrl }));

  expect(found.map(({ part, state }) => [part, state])).toEqual([
    ['pages', 'ok'],
    ['callbacks', 'ok'],
    ['links', 'ok'],
  ]);
});

test('a proxy that waits for a trusted store is no fault of the links', async () => {
  const appsUrl = await serve(
    json({ '/instances/ark-checkup/': [503, { code: 'route_store_unavailable' }] }),
  );

  const found = await examine(examineAddresses({ pagesUrl: 'http://127.0.0.1:9', appsUrl }));

  expect(found.at(-1)).toMatchObject({ part: 'links', state: 'warning' });
  expect(found.at(-1)?.hint).not.toContain('Start');
});

test('another server, a page of nginx and nobody are told apart from us', async () => {
  const pagesUrl = await serve((_request, response) =>
    response.writeHead(502).end('<html>Bad Gateway</html>'),
  );
  const appsUrl = 'http://127.0.0.1:9';

  const found = await examine(examineAddresses({ pagesUrl, appsUrl }));

  expect(found.map(({ state, detail }) => [state, detail])).toEqual([
    ['broken', `${pagesUrl}/livez is answered by something else (502)`],
    ['broken', `${pagesUrl}/api/callbacks/claim is answered by something else (502)`],
    ['broken', `nobody answers at ${appsUrl}/instances/ark-checkup/`],
  ]);
});
