import { expect, test } from '@jest/globals';
import { HELLO } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { dump } from './dump.ts';
import { httpBench, sendCallback } from './http-bench.ts';
import { must } from './records.ts';

const at = benchPerTest();

test('secret inputs are in no key of the store and in no log line', async () => {
  const bench = at();
  const title = { ...must(HELLO.inputs['title']), secret: true };
  bench.product = { ...HELLO, inputs: { title } };
  const http = httpBench(bench);
  const inputs = { title: 'hunter2-hunter2' };
  const order = { product_id: 'hello', client_name: 'Acme', environment: 'prod', inputs } as const;
  await bench.core.orders.create(order, { user: 'ana', trigger: 'api', credential: 't' }, { visitor: '' });
  await bench.core.tracker.round();
  const build = must(bench.builds.startNext());

  const message = { protocol: 1, job: build.job, build_number: build.number };
  const answer = await sendCallback({ app: http.app, bench }, 'claim', message);

  expect(answer.text).toContain('hunter2-hunter2');
  expect(JSON.stringify(await dump(bench.redis, bench.prefix))).not.toContain('hunter2');
  expect(JSON.stringify(bench.builds.accepted)).not.toContain('hunter2');
  expect(JSON.stringify(http.lines())).not.toContain('hunter2');
});
