import { beforeEach, expect, test } from '@jest/globals';
import { until } from '../../testbed/until.ts';
import { setStage } from '../stage.ts';
import { aDeployment, aFailedDeployment, aPullingDeployment } from '../view-builders.ts';

const stage = setStage();
const { deployment_id: ID } = aDeployment();
const PATH = `/admin/deployments/${ID}`;
const LOG = `/api/deployments/${ID}/log`;

beforeEach(() => {
  stage.api.answer(`GET /api/deployments/${ID}`, { body: aPullingDeployment() });
  stage.list('callbacks', [], `/api/deployments/${ID}/callbacks`);
});

test('the log comes as a stream and ends with it', async () => {
  const stream = stage.api.stream(LOG);
  const page = await stage.arrive(PATH);

  stream.send('log', 'TASK [prepare]\n<b>ok</b>', '1:20');
  await page.getByText('TASK [prepare]').waitFor();
  stream.send('log', 'Finished: SUCCESS', '1:40');
  stream.send('end', '{"phase":"succeeded"}');
  await page.getByText('Completo.').waitFor();

  expect(await page.locator('.log').textContent()).toBe('TASK [prepare]\n<b>ok</b>\nFinished: SUCCESS\n');
  expect(stage.api.calls.filter(({ name }) => name === `GET ${LOG}`)).toEqual([]);
});

test('a stream that breaks goes on where it was', async () => {
  const stream = stage.api.stream(LOG);
  const page = await stage.arrive(PATH);
  stream.send('log', 'one', '1:4');
  await page.getByText('one').waitFor();

  stream.cut();
  await until(
    () => Promise.resolve(stream.connections.length),
    (count) => count === 2,
  );
  stream.send('log', 'two', '1:8');
  await page.getByText('two').waitFor();

  expect(await page.locator('.log').textContent()).toBe('one\ntwo\n');
  expect(stream.connections).toEqual([null, '1:4']);
});

test('a log that was read anew replaces what stood there', async () => {
  const stream = stage.api.stream(LOG);
  const page = await stage.arrive(PATH);
  stream.send('log', 'old', '1:4');
  await page.getByText('old').waitFor();

  stream.send('reset', '', '2:0');
  stream.send('log', 'new', '2:4');
  await page.getByText('new').waitFor();

  expect(await page.locator('.log').textContent()).toBe('new\n');
});

test('where no stream is to be had the log is asked for, to its last line', async () => {
  stage.api.answer(`GET ${LOG}`, { body: 'TASK [prepare]\n' });
  const page = await stage.arrive(PATH);
  await page.getByText('TASK [prepare]').waitFor();

  stage.api.answer(`GET /api/deployments/${ID}`, { body: aFailedDeployment() });
  stage.api.answer(`GET ${LOG}`, { body: 'TASK [prepare]\nFinished: FAILURE\n' });

  await page.getByText('Finished: FAILURE').waitFor();
  await page.getByText('Completo.').waitFor();
});

test('whoever scrolls up is left in peace, and can go back to the end', async () => {
  const stream = stage.api.stream(LOG);
  const page = await stage.arrive(PATH);
  stream.send('log', Array.from({ length: 300 }, (_, at) => `line ${at}`).join('\n'), '1:1');
  await page.getByText('line 299').waitFor();
  const pane = "document.querySelector('.log')";
  const toEnd = () =>
    page.evaluate<number>(`((log) => log.scrollHeight - log.scrollTop - log.clientHeight)(${pane})`);
  expect(await toEnd()).toBeLessThan(2);

  await page.evaluate(`${pane}.scrollTop = 0`);
  await page.locator('label:has(:not(:checked))', { hasText: 'Seguir el final' }).waitFor();
  stream.send('log', 'one more', '1:2');
  await page.getByText('one more').waitFor();

  expect(await page.evaluate(`${pane}.scrollTop`)).toBe(0);
  await page.getByLabel('Seguir el final').check();
  await until(toEnd, (px) => px < 2);
});
