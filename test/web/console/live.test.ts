import { expect, test } from '@jest/globals';
import { setStage } from '../stage.ts';
import { aDeployment, aFailedDeployment, aLiveDeployment } from '../view-builders.ts';

/** With an open stream a page asks by itself every 15 s only, longer than a test waits for an element. */
const stage = setStage();
const { deployment_id: ID } = aDeployment();

const asked = () => stage.api.calls.filter(({ name }) => name === 'GET /api/deployments').length;

test('a change that the coordinator tells of is shown at once', async () => {
  const stream = stage.api.stream('/api/events');
  stage.list('deployments', [aDeployment({ phase: 'queued' })]);
  const page = await stage.arrive('/admin/deployments');
  await page.locator('[data-deployment]').getByText('en cola').waitFor();
  await stream.joined();

  stage.list('deployments', [aLiveDeployment()]);
  stream.send('change', JSON.stringify({ deployment_id: ID, phase: 'succeeded' }), '1-0');

  await page.locator('[data-deployment]').getByText('correcto').waitFor();
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
  await page.locator('[data-deployment]').getByText('en cola').waitFor();

  const began = Date.now();
  for (const [deployment, words] of [
    [aLiveDeployment(), 'correcto'],
    [aFailedDeployment(), 'fallido'],
  ] as const) {
    stage.list('deployments', [deployment]);
    await page.locator('[data-deployment]').getByText(words).waitFor();
  }

  expect(asked()).toBeLessThanOrEqual(3 + (Date.now() - began) / 3000);
});

test('what the reader did is shown at once, though no stream tells of it', async () => {
  const key = { key_id: '0c9f7a4b', revoked: null };
  stage.list('callback_keys', [key], '/api/callback-keys');
  stage.api.answer('POST /api/callback-keys/0c9f7a4b/revoke', () => {
    const revoked = { by: 'ana', at: null, why: 'leaked' };
    stage.list('callback_keys', [{ ...key, revoked }], '/api/callback-keys');
    return { body: {} };
  });
  const stream = stage.api.stream('/api/events');
  const page = await stage.arrive('/admin/system');
  await page.getByText('válida').waitFor();
  await stream.joined();

  await page.getByRole('button', { name: 'Revocar' }).click();
  await page.getByLabel('¿Por qué?').fill('leaked');
  await page.getByRole('button', { name: 'Revocar la clave' }).click();

  await page.getByText('revocada').waitFor();
});
