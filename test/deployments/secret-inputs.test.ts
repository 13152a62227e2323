import { expect, test } from '@jest/globals';
import request from 'supertest';
import { HELLO } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { dump } from './dump.ts';
import { httpBench, sendCallback, TOKEN } from './http-bench.ts';
import { must } from './records.ts';

const at = benchPerTest();

test('secret inputs are in no key of the store, in no log line and in nothing that a build says', async () => {
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

  const { lease, deployment_id } = answer.body as { lease: string; deployment_id: string };
  const said = 'it is hunter2-hunter2';
  bench.builds.writeLog(build, `${said}\n`);
  await request(http.app)
    .get(`/api/deployments/${deployment_id}/log`)
    .set('authorization', `Bearer ${TOKEN}`);
  const failure = { lease, deployment_id, stage: 'gate', reason: 'unhealthy', detail: said, log_tail: said };
  const failed = await sendCallback({ app: http.app, bench }, 'failed', failure);

  expect(answer.text).toContain('hunter2-hunter2');
  expect(failed.status).toBe(200);
  expect(JSON.stringify(await dump(bench.redis, bench.prefix))).toContain('it is [redacted]');
  expect(JSON.stringify(await dump(bench.redis, bench.prefix))).not.toContain('hunter2');
  expect(JSON.stringify(bench.builds.accepted)).not.toContain('hunter2');
  expect(JSON.stringify(http.lines())).not.toContain('hunter2');
});
