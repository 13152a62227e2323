import { expect, test } from '@jest/globals';
import { setStage } from '../stage.ts';
import { aDeployment, aLiveDeployment } from '../view-builders.ts';

const stage = setStage();
const { deployment_id: ID } = aDeployment();

const asked = () => stage.api.calls.filter(({ name }) => name === 'GET /api/deployments').length;

test('a change that the coordinator tells of is shown at once', async () => {
  const stream = stage.api.stream('/api/events');
  stage.list('deployments', [aDeployment({ phase: 'queued' })]);
  const page = await stage.arrive('/admin/deployments');
  await page.getByText('en cola').waitFor();
  await stream.joined();

  stage.list('deployments', [aLiveDeployment()]);
  stream.send('change', JSON.stringify({ deployment_id: ID, phase: 'succeeded' }), '1-0');

  await page.locator('[data-deployment]').getByText('correcto').waitFor({ timeout: 2500 });
});

test('a storm of changes asks a few times only', async () => {
  const stream = stage.api.stream('/api/events');
  stage.list('deployments', [aDeployment()]);
  const page = await stage.arrive('/admin/deployments');
  await page.locator('[data-deployment]').waitFor();
  const before = asked();
  const began = Date.now();

  for (let sent = 0; sent < 200; sent += 1) stream.send('change', '{}', `1-${sent}`);
  stage.list('deployments', [aLiveDeployment()]);
  stream.send('change', '{}', '2-0');
  await page.locator('[data-deployment]').getByText('correcto').waitFor();

  expect(asked() - before).toBeLessThanOrEqual(3 + (Date.now() - began) / 400);
});

test('without a stream the page asks every three seconds', async () => {
  stage.list('deployments', [aDeployment({ phase: 'queued' })]);
  const page = await stage.arrive('/admin/deployments');
  await page.getByText('en cola').waitFor();

  stage.list('deployments', [aLiveDeployment()]);

  await page.locator('[data-deployment]').getByText('correcto').waitFor({ timeout: 5000 });
});
