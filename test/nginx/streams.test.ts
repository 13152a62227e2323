import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { benchPerTest } from '../deployments/bench-per-test.ts';
import { httpBench, TOKEN } from '../deployments/http-bench.ts';
import { must } from '../deployments/records.ts';
import { EventReader, listen } from '../http/event-reader.ts';
import { startNginx, type NginxUnderTest } from './nginx-under-test.ts';

const at = benchPerTest();
let served: Awaited<ReturnType<typeof listen>>;
let nginx: NginxUnderTest;

beforeEach(async () => {
  const http = httpBench(at());
  http.streams.start();
  served = await listen(http.app);
  nginx = await startNginx({ apiUpstream: new URL(served.url).host });
});
afterEach(async () => {
  await nginx.close();
  await served.close();
});

const open = (path: string, headers: Record<string, string> = {}): Promise<EventReader> =>
  EventReader.open(`http://127.0.0.1:${String(nginx.pagesPort)}${path}`, {
    authorization: `Bearer ${TOKEN}`,
    ...headers,
  });

test('through nginx each line of a log arrives when it is written, and a reader comes back to its place', async () => {
  const { deployment_id } = await at().order();
  await at().core.tracker.round();
  const build = must(at().builds.startNext());
  await at().claim(build);
  const reader = await open(`/api/deployments/${deployment_id}/log`);

  for (const line of ['one', 'two', 'three']) {
    at().builds.writeLog(build, `${line}\n`);
    expect(await reader.next()).toMatchObject({ event: 'log', data: line });
  }
  await reader.close();
  at().builds.writeLog(build, 'four\n');
  const again = await open(`/api/deployments/${deployment_id}/log`, { 'last-event-id': must(reader.lastId) });

  expect(await again.next()).toMatchObject({ event: 'log', data: 'four' });
  await again.close();
});

test('through nginx each change arrives when it is made', async () => {
  const reader = await open('/api/events');
  await reader.place();

  await at().order();

  expect(must(await reader.next()).data).toContain('"phase":"accepted"');
  await reader.close();
});
