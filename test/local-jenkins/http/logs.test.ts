import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Kit, pipelineOf } from '../kit.ts';

let kit: Kit;

beforeAll(async () => {
  kit = await Kit.start({
    short: pipelineOf("sh 'echo ñandú'"),
    long: pipelineOf("sh 'set +x; seq 12000; echo COUNTED; sleep 49.1'"),
  });
  await kit.untilEnded('short', await kit.trigger('short'));
});

afterAll(() => kit.close());

function progressive(job: string, start: string, method = 'GET'): Promise<Response> {
  return kit.call(`/job/${job}/1/logText/progressiveText?start=${start}`, { method });
}

test('a finished log comes whole with CRLF; the header counts the bytes of the log, not of the body', async () => {
  const whole = await kit.log('short');
  const answer = await progressive('short', '0');

  expect(answer.headers.get('x-text-size')).toBe(String(Buffer.byteLength(whole)));
  expect(answer.headers.get('x-more-data')).toBeNull();
  expect(await answer.text()).toBe(whole.replaceAll('\n', '\r\n'));
});

test('start goes on from an offset; behind the end it begins anew; before the beginning it is empty', async () => {
  const whole = Buffer.from(await kit.log('short'));

  const rest = await (await progressive('short', '20')).text();
  const end = await (await progressive('short', String(whole.length))).text();
  const beyond = await (await progressive('short', '999999')).text();
  const before = await progressive('short', '-5');

  expect(rest).toBe(whole.subarray(20).toString().replaceAll('\n', '\r\n'));
  expect(end).toBe('');
  expect(beyond).toBe(whole.toString().replaceAll('\n', '\r\n'));
  expect([before.status, await before.text()]).toEqual([200, '']);
  expect((await progressive('short', 'abc')).status).toBe(500);
});

test('POST and HEAD are answered too', async () => {
  expect((await kit.post('/job/short/1/logText/progressiveText', { start: '0' })).status).toBe(200);
  expect((await progressive('short', '0', 'HEAD')).headers.get('x-text-size')).toMatch(/^\d+$/);
  expect((await kit.call('/job/short/1/consoleText', { method: 'HEAD' })).status).toBe(200);
  expect((await kit.call('/job/short/9/consoleText')).status).toBe(404);
});

test('while a build runs, ten thousand lines come at once and the rest is skipped, as in Jenkins', async () => {
  await kit.trigger('long');
  await kit.untilLogged('long', 'COUNTED');

  const answer = await progressive('long', '0');

  const text = await answer.text();
  expect(answer.headers.get('x-more-data')).toBe('true');
  expect(text.split('\r\n')).toHaveLength(10_001);
  expect(Number(answer.headers.get('x-text-size'))).toBeGreaterThan(Buffer.byteLength(text));
  expect(await kit.log('long')).toContain('\n12000\nCOUNTED\n');
});
