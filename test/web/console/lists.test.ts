import { expect, test } from '@jest/globals';
import { setStage } from '../stage.ts';
import {
  ACCESS_URL,
  INSTANCE_ID,
  aDeployment,
  aFailedDeployment,
  aHostView,
  aProduct,
  after,
  anAct,
  anInstance,
} from '../view-builders.ts';

const stage = setStage();

test('an instance shows status, client, host, link and its last deployment with the reason', async () => {
  const last_deployment = aFailedDeployment();
  stage.list('instances', [anInstance({ status: 'failed', live_release: 'r-1', last_deployment })]);

  const page = await stage.arrive('/admin/instances');

  const row = page.locator(`[data-instance=${INSTANCE_ID}]`);
  expect(await row.getByRole('link', { name: 'Abrir' }).getAttribute('href')).toBe(ACCESS_URL);
  const text = await row.textContent();
  for (const part of ['fallida', 'Clínica Norte', 'demo', 'unhealthy', 'web: exited with code 3']) {
    expect(text).toContain(part);
  }
});

test('an instance with an active and a waiting deployment shows both and who holds the second', async () => {
  const pending = {
    ...{ reason: 'instance_busy', holder: 'd-holder', next: '' },
    ...{ since: after(1), deadline: after(900) },
  };
  const waiting = aDeployment({ deployment_id: 'd-2', phase: 'waiting', pending });
  const active = aDeployment({ phase: 'queued' });
  stage.list('instances', [anInstance({ status: 'updating', active, waiting })]);

  const page = await stage.arrive('/admin/instances');

  const text = await page.locator(`[data-instance=${INSTANCE_ID}]`).textContent();
  expect(text).toContain('En curso en cola');
  expect(text).toContain('En espera en espera Otro despliegue ocupa esta instancia d-holder');
});

test('instances are filtered by status, product and host, in an address that a reload keeps', async () => {
  stage.list('products', [aProduct()]);
  stage.list('hosts', [aHostView()]);
  const page = await stage.arrive('/admin/instances');

  await page.getByLabel('Estado').selectOption('fallida');
  await page.getByLabel('Producto').selectOption('Hello');
  await page.getByLabel('Servidor').selectOption('demo');
  await page.reload();
  await page.getByText('No hay instancias.').waitFor();

  expect(await page.getByLabel('Estado').inputValue()).toBe('failed');
  const { query } = stage.api.calls.findLast(({ name }) => name === 'GET /api/instances') ?? {};
  expect(query && Object.fromEntries(query)).toEqual({
    ...{ status: 'failed', product: 'hello', host: 'demo', limit: '25' },
  });
});

test('deployments are filtered by phase, product and host', async () => {
  const page = await stage.arrive('/admin/deployments?host=demo&product=hello');
  await page.getByText('No hay despliegues.').waitFor();

  await page.getByLabel('Fase').selectOption('fallido');
  await page.waitForURL(/phase=failed/);
  await page.reload();
  await page.getByText('No hay despliegues.').waitFor();

  const { query } = stage.api.calls.findLast(({ name }) => name === 'GET /api/deployments') ?? {};
  expect(query && Object.fromEntries(query)).toEqual({
    ...{ phase: 'failed', product: 'hello', host: 'demo', limit: '25' },
  });
});

test('the page of an instance has its deployments and acts only', async () => {
  stage.show(anInstance({ status: 'running', live_release: 'r-1', desired_release: 'r-2' }));
  stage.list('deployments', [aFailedDeployment()]);
  stage.list('acts', [anAct({ act: 'deployments.cancel', outcome: 'already_live' })]);

  const page = await stage.arrive(`/admin/instances/${INSTANCE_ID}`);

  await page.locator('[data-deployment]').waitFor();
  const act = await page.locator('[data-act]').textContent();
  for (const part of ['ana', 'desde el panel', 'deployments.cancel', 'new logo', 'already_live']) {
    expect(act).toContain(part);
  }
  const queryOf = (name: string) => stage.api.calls.findLast((call) => call.name === name)?.query;
  expect(queryOf('GET /api/deployments')?.get('instance')).toBe(INSTANCE_ID);
  expect(queryOf('GET /api/acts')?.get('instance')).toBe(INSTANCE_ID);
});

test('the page of a host shows who works and who waits, in order, with reason and holder', async () => {
  const times = { since: after(-70), deadline: after(900) };
  const active = { deployment_id: 'd-1', instance_id: 'one', phase: 'deploying', ...times };
  const waiting = { instance_id: 'two', reason: 'host_full', holder: 'd-1', since: after(-70) };
  stage.api.answer('GET /api/hosts/demo', { body: aHostView({ cordoned: true }) });
  stage.api.answer('GET /api/hosts/demo/queue', {
    body: {
      active: [active],
      waiting: [
        { ...waiting, deployment_id: 'd-2', position: 1 },
        { ...waiting, deployment_id: 'd-3', position: 2 },
      ],
    },
  });

  const page = await stage.arrive('/admin/hosts/demo');

  expect(await page.locator('[data-deployment=d-1]').textContent()).toContain('desplegando');
  const rows = await page.locator('tr:has(.cell-position)').allTextContents();
  expect(rows.map((row) => row.slice(0, 4))).toEqual(['1d-2', '2d-3']);
  expect(rows[0]).toContain('El servidor está ocupado con otros despliegues');
  await page.locator('.card').getByText('cerrado').waitFor();
});

test.each([
  [{ reachable: true, key_matches: true }, 'Responde, con la clave registrada.'],
  [{ reachable: true, key_matches: false }, 'Responde, pero con otra clave'],
  [{ reachable: false, key_matches: false }, 'No se llega al servidor.'],
])('a check that finds %j says so in words', async (found, words) => {
  stage.api.answer('GET /api/hosts/demo', { body: aHostView() });
  stage.api.answer('GET /api/hosts/demo/queue', { body: { active: [], waiting: [] } });
  stage.api.answer('POST /api/hosts/demo/check', { body: found });
  const page = await stage.arrive('/admin/hosts/demo');

  await page.getByRole('button', { name: 'Comprobar ahora' }).click();

  await page.getByRole('status').filter({ hasText: words }).waitFor();
});
