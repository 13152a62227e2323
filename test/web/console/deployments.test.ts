import { expect, test } from '@jest/globals';
import { setStage } from '../stage.ts';
import { aCallback, aDeployment, aFailedDeployment, aLiveDeployment, after } from '../view-builders.ts';

const stage = setStage();
const { deployment_id: ID } = aDeployment();

test('what has not ended says why, who holds it, since when, until when and what comes next', async () => {
  const pending = {
    ...{ reason: 'instance_busy', holder: 'd-holder', position: 2, next: '' },
    ...{ since: after(-100), deadline: after(800) },
  };
  stage.list('deployments', [aDeployment({ phase: 'waiting', pending })]);

  const page = await stage.arrive('/admin');

  const row = page.locator(`[data-deployment=${ID}]`);
  const text = await row.textContent();
  for (const part of ['en espera', 'Otro despliegue ocupa esta instancia', 'número 2', 'hace 2 min']) {
    expect(text).toContain(part);
  }
  expect(text).toMatch(/dentro de 1[123] min/);
  expect(text).toContain('Empieza en cuanto la instancia y el servidor queden libres.');
  const holder = row.getByRole('link', { name: 'd-holder' });
  expect(await holder.getAttribute('href')).toBe('/admin/deployments/d-holder');
  expect(stage.api.calls.find(({ name }) => name === 'GET /api/deployments')?.query.get('open')).toBe('true');
});

test('a deployment in the list shows phase, trigger, who, build link and times', async () => {
  const deployment = aLiveDeployment({ trigger: 'jenkins: alice', by: 'alice', why: 'new logo' });
  stage.list('deployments', [deployment]);

  const page = await stage.arrive('/admin/deployments');

  const row = page.locator('[data-deployment]');
  const text = await row.textContent();
  for (const part of ['correcto', 'jenkins: alice', 'new logo', 'duró 7,5 s']) expect(text).toContain(part);
  const build = row.getByRole('link', { name: 'ark-deploy-instance #7' });
  expect(await build.getAttribute('href')).toBe(deployment.build?.url);
});

test('the page of a deployment has its steps, every mark with its moment, the cause and its callbacks', async () => {
  const refused = aCallback({ kind: 'ready', verdict: 'refused', code: 'target_not_offered', times: 3 });
  stage.api.answer(`GET /api/deployments/${ID}`, { body: aFailedDeployment() });
  stage.api.answer(`GET /api/deployments/${ID}/log`, { body: 'Finished: FAILURE\n' });
  stage.list('callbacks', [refused], `/api/deployments/${ID}/callbacks`);

  const page = await stage.arrive(`/admin/deployments/${ID}`);

  await page.locator('.step-failed').waitFor();
  await page.getByText('web: exited with code 3').waitFor();
  await page.getByText('Todas las marcas').click();
  expect(await page.locator('.marks li').first().textContent()).toBe(`${after(0)} +0,0 s fase aceptado`);
  expect(await page.locator('.marks li').last().textContent()).toBe(`${after(9)} +9,0 s fase fallido`);
  const callback = await page.locator('[data-callback]').textContent();
  for (const part of ['ready', '×3', 'rechazado', 'Comunicó un destino que no se le ofreció', '0c9f7a4b']) {
    expect(callback).toContain(part);
  }
});

test('callbacks can be narrowed to those that were refused', async () => {
  stage.list('callbacks', [aCallback()]);
  const page = await stage.arrive('/admin/callbacks');
  await page.locator('[data-callback]').waitFor();

  await page.getByRole('link', { name: 'rechazado' }).click();
  await page.locator('[data-callback]').waitFor();
  await page.reload();
  await page.locator('[data-callback]').waitFor();

  const last = stage.api.calls.findLast(({ name }) => name === 'GET /api/callbacks');
  expect(last?.query.get('verdict')).toBe('refused');
});
