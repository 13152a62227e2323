import { beforeEach, expect, test } from '@jest/globals';
import { setStage } from '../stage.ts';
import { problem } from '../stub-api.ts';
import {
  INSTANCE_ID,
  aCallback,
  aHostView,
  aLiveDeployment,
  aProduct,
  aPullingDeployment,
  anAct,
  anInstance,
} from '../view-builders.ts';

const stage = setStage();
const ID = aLiveDeployment().deployment_id;
const PAGES = [
  ...['/admin', '/admin/instances', '/admin/deployments', '/admin/products', '/admin/hosts'],
  ...['/admin/callbacks', '/admin/acts', '/admin/system', '/admin/hosts/demo'],
  ...[`/admin/instances/${INSTANCE_ID}`, `/admin/deployments/${ID}`],
];

beforeEach(() => {
  const active = aPullingDeployment();
  stage.show(anInstance({ status: 'updating', active }));
  stage.list('instances', [anInstance({ status: 'updating', active })]);
  stage.list('deployments', [active]);
  stage.list('callbacks', [aCallback()]);
  stage.list('callbacks', [aCallback()], `/api/deployments/${ID}/callbacks`);
  stage.list('acts', [anAct()]);
  stage.list('hosts', [aHostView()]);
  stage.list('products', [aProduct()]);
  stage.list('callback_keys', [{ key_id: '0c9f7a4b', revoked: null }], '/api/callback-keys');
  stage.api.answer(`GET /api/deployments/${ID}`, { body: active });
  stage.api.answer(`GET /api/deployments/${ID}/log`, { body: 'Started\n' });
  stage.api.answer('GET /api/hosts/demo', { body: aHostView() });
  stage.api.answer('GET /api/hosts/demo/queue', { body: { active: [], waiting: [] } });
});

test.each(PAGES)('%s shows what it asked for, and no more than a phone can hold', async (path) => {
  const page = await stage.arrive(path, { viewport: { width: 360, height: 740 } });

  await page.locator('tbody tr, .card').first().waitFor();
  await page.getByRole('heading', { level: 1 }).waitFor();

  expect(await page.getByRole('alert').count()).toBe(0);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
});

test('the menu leads to every section, and a reload stays there', async () => {
  const page = await stage.arrive('/admin');
  const menu = page.getByRole('navigation', { name: 'Consola' });

  for (const name of ['Instancias', 'Despliegues', 'Productos', 'Servidores', 'Avisos', 'Actividad']) {
    await menu.getByRole('link', { name }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
  }
  await menu.getByRole('link', { name: 'Sistema' }).click();
  await page.reload();

  await page.getByRole('heading', { level: 1, name: 'Sistema' }).waitFor();
  expect(await menu.locator('[aria-current=page]').textContent()).toBe('Sistema');
  expect(await page.title()).toBe('Sistema · Ark Deploy');
});

test('with the keyboard alone one comes to an instance, and the focus to its heading', async () => {
  const page = await stage.arrive('/admin/instances');
  await page.getByRole('link', { name: INSTANCE_ID }).first().focus();

  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: INSTANCE_ID }).waitFor();

  expect(await page.locator('h1:focus').textContent()).toContain(INSTANCE_ID);
  await page.goBack();
  await page.getByRole('heading', { level: 1, name: 'Instancias' }).waitFor();
});

test('a viewer sees no acts, no activity and no system', async () => {
  stage.api.answer('GET /api/session', { body: { user: 'eva', role: 'viewer' } });

  const page = await stage.arrive(`/admin/instances/${INSTANCE_ID}`);
  await page.locator('.card').waitFor();

  expect(await page.locator('.card button, .card details').count()).toBe(0);
  const menu = page.getByRole('navigation', { name: 'Consola' });
  expect(await menu.getByRole('link').allTextContents()).toEqual([
    ...['Resumen', 'Instancias', 'Despliegues', 'Productos', 'Servidores'],
  ]);
});

test('a page that does not exist says so, and a thing that does not exist in the words of the API', async () => {
  const page = await stage.arrive('/admin/nowhere');
  await page.getByRole('heading', { name: 'No existe esta página' }).waitFor();
  stage.api.answer('GET /api/deployments/d-gone', problem(404, 'deployment_not_found'));

  await page.goto('/admin/deployments/d-gone');

  await page.getByRole('alert').filter({ hasText: 'No existe ese despliegue' }).waitFor();
});

test('older entries are turned to by the cursor, which a reload keeps', async () => {
  const older = aLiveDeployment({ deployment_id: 'd-older' });
  stage.api.answer('GET /api/deployments', ({ query }) =>
    query.get('cursor') === 'c2'
      ? { body: { total: 2, deployments: [older] } }
      : { body: { total: 2, deployments: [aLiveDeployment()], next_cursor: 'c2' } },
  );
  const page = await stage.arrive('/admin/deployments');

  await page.getByRole('link', { name: 'Más antiguos' }).click();
  await page.locator('[data-deployment=d-older]').waitFor();
  await page.reload();
  await page.locator('[data-deployment=d-older]').waitFor();

  await page.getByRole('link', { name: 'Los más recientes' }).click();
  await page.locator(`[data-deployment=${ID}]`).waitFor();
});

test('an id leads to its instance or deployment', async () => {
  const page = await stage.arrive('/admin');
  const find = page.getByLabel('Id de instancia o despliegue');

  await find.fill(` ${ID} `);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: ID }).waitFor();
  await page.goBack();
  await find.fill(INSTANCE_ID);
  await page.getByRole('button', { name: 'Ir', exact: true }).click();

  await page.getByRole('heading', { level: 1, name: INSTANCE_ID }).waitFor();
});
