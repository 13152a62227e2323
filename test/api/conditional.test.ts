import { expect, test } from '@jest/globals';
import request from 'supertest';
import { noLog } from '../../src/platform/logger.ts';
import { benchPerTest } from '../deployments/bench-per-test.ts';
import { TOKEN } from '../deployments/http-bench.ts';
import { wholeApi } from './whole-api.ts';

const at = benchPerTest();
const authorization = `Bearer ${TOKEN}`;

test.each([
  ['/api/hosts/cl-a', { slots: 5 }, { slots: 7 }],
  ['/api/products/hello', { enabled: false }, { enabled: true }],
])('a change of %s is refused when somebody changed it since it was read', async (path, first, second) => {
  const { server } = wholeApi(at(), noLog);
  const read = await request(server.app).get(path).set({ authorization }).expect(200);
  const tag = String(read.headers['etag']);
  const change = (body: object, headers: Record<string, string>) =>
    request(server.app)
      .patch(path)
      .set({ authorization, ...headers })
      .send(body);

  const changed = await change(first, { 'if-match': tag }).expect(200);
  const late = await change(second, { 'if-match': tag }).expect(412);

  expect(late.body).toMatchObject({ code: 'precondition_failed' });
  expect((await request(server.app).get(path).set({ authorization })).body).toMatchObject(first);
  const newer = String(changed.headers['etag']);
  expect(newer).not.toBe(tag);
  await change(second, { 'if-match': `"other", ${newer}` }).expect(200);
  await change(first, { 'if-match': '*' }).expect(200);
  await change(second, {}).expect(200);
});

test('a deployment for another version of the product is not ordered', async () => {
  const bench = at();
  const { instance_id } = await bench.bringLive();
  const { server } = wholeApi(bench, noLog);
  const deploy = (product_version: string) =>
    request(server.app)
      .post(`/api/instances/${instance_id}/deployments`)
      .set({ authorization })
      .send({ product_version });

  expect((await deploy('9.9.9').expect(404)).body).toMatchObject({ code: 'product_not_found' });
  await deploy(bench.product.version).expect(202);
});
