import { beforeEach, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { setStage } from '../stage.ts';
import { problem } from '../stub-api.ts';
import {
  ACCESS_URL,
  INSTANCE_ID,
  aDeployment,
  aHostView,
  aLiveDeployment,
  aProduct,
  aPullingDeployment,
  aSystem,
  anInstance,
} from '../view-builders.ts';

const stage = setStage();
const { deployment_id: ID } = aDeployment();
const RUNNING = anInstance({ status: 'running', live_release: 'r-1', last_deployment: aLiveDeployment() });
const KEY = { key_id: '0c9f7a4b', revoked: null };

const INSTANCE = `/admin/instances/${INSTANCE_ID}`;
const DEPLOYMENT = `/admin/deployments/${ID}`;

beforeEach(() => {
  stage.show(RUNNING);
  stage.api.answer(`GET /api/deployments/${ID}`, { body: aPullingDeployment() });
  stage.list('callbacks', [], `/api/deployments/${ID}/callbacks`);
  stage.list('callback_keys', [KEY], '/api/callback-keys');
  stage.api.answer('GET /api/hosts/demo', { body: aHostView() });
  stage.api.answer('GET /api/hosts/closed', { body: aHostView({ host_id: 'closed', cordoned: true }) });
  for (const host of ['demo', 'closed']) {
    stage.api.answer(`GET /api/hosts/${host}/queue`, { body: { active: [], waiting: [] } });
  }
});

interface ActCase {
  readonly at: string;
  readonly button: string;
  readonly confirm: string;
  readonly call: string;
  readonly body?: object;
  readonly emergency?: true;
}

const sends = (name: string) => stage.api.calls.filter((call) => call.name === name);

async function open(page: Page, { button, emergency }: ActCase) {
  if (emergency) await page.getByText('En caso de emergencia').click();
  await page.getByRole('button', { name: button }).click();
  return page.getByRole('dialog');
}

const FROZEN = { by: 'ana', at: new Date().toISOString(), why: 'disk' };

const CASES: readonly ActCase[] = [
  {
    at: DEPLOYMENT,
    button: 'Cancelar',
    confirm: 'Cancelar el despliegue',
    call: `POST /api/deployments/${ID}/cancel`,
  },
  {
    at: INSTANCE,
    button: 'Desplegar de nuevo',
    confirm: 'Desplegar',
    call: `POST /api/instances/${INSTANCE_ID}/deployments`,
  },
  {
    at: DEPLOYMENT,
    button: 'Dar por fallido',
    confirm: 'Dar por fallido',
    call: `POST /api/deployments/${ID}/force-fail`,
    emergency: true,
  },
  {
    at: INSTANCE,
    button: 'Retirar el enlace',
    confirm: 'Retirar el enlace',
    call: `POST /api/instances/${INSTANCE_ID}/withdraw-route`,
    emergency: true,
  },
  {
    at: '/admin/hosts/demo',
    button: 'Cerrar',
    confirm: 'Cerrar el servidor',
    call: 'POST /api/hosts/demo/cordon',
  },
  {
    at: '/admin/hosts/closed',
    button: 'Abrir',
    confirm: 'Abrir el servidor',
    call: 'POST /api/hosts/closed/uncordon',
  },
  {
    at: '/admin/system',
    button: 'Detener los trabajos nuevos',
    confirm: 'Detener',
    call: 'POST /api/system/freeze',
  },
  {
    at: '/admin/system',
    button: 'Revocar',
    confirm: 'Revocar la clave',
    call: 'POST /api/callback-keys/0c9f7a4b/revoke',
  },
];

test.each(CASES)('$button at $at asks why and sends it', async (act) => {
  stage.api.answer(act.call, { status: 202, body: {} });
  const page = await stage.arrive(act.at);
  const dialog = await open(page, act);
  expect(sends(act.call)).toEqual([]);

  await dialog.getByLabel('¿Por qué?').fill(' la ñ de mañana ');
  await dialog.getByRole('button', { name: act.confirm, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });

  expect(sends(act.call).map(({ body }) => body)).toEqual([{ why: 'la ñ de mañana' }]);
});

test('a frozen system and a store that is not trusted say so, and can be released with a reason', async () => {
  const generation = { id: 'g-2', revision: 3, accepted: null, fault: 'another store' };
  stage.api.answer('GET /api/system', { body: aSystem({ frozen: FROZEN, generation }) });
  stage.api.answer('POST /api/system/unfreeze', { body: {} });
  stage.api.answer('POST /api/system/accept-generation', { body: {} });
  const page = await stage.arrive('/admin/system');
  await page.getByText('disk').waitFor();

  for (const [button, confirm] of [
    ['Reanudar los trabajos', 'Reanudar'],
    ['Aceptar el almacén de datos', 'Aceptar'],
  ] as const) {
    await page.getByRole('button', { name: button }).click();
    await page.getByLabel('¿Por qué?').fill('checked');
    await page.getByRole('dialog').getByRole('button', { name: confirm, exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  expect(sends('POST /api/system/unfreeze')[0]?.body).toEqual({ why: 'checked' });
  expect(sends('POST /api/system/accept-generation')[0]?.body).toEqual({ why: 'checked', generation: 'g-2' });
  await page.goto('/admin');
  await page.getByRole('status').filter({ hasText: 'El almacén de datos ha cambiado' }).waitFor();
});

test('what breaks the glass is not sent without a reason', async () => {
  const call = `POST /api/deployments/${ID}/force-fail`;
  const page = await stage.arrive(DEPLOYMENT);
  const act = CASES.find((each) => each.call === call) as ActCase;
  const dialog = await open(page, act);

  await dialog.getByRole('button', { name: act.confirm, exact: true }).click();

  await dialog.getByText('Aquí hace falta un motivo.').waitFor();
  expect(await page.locator('input:focus').getAttribute('name')).toBe('why');
  expect(sends(call)).toEqual([]);
});

test('setting a link names the container', async () => {
  const call = `POST /api/instances/${INSTANCE_ID}/set-route`;
  stage.api.answer(call, { body: {} });
  const page = await stage.arrive(INSTANCE);
  await page.getByText('En caso de emergencia').click();
  await page.getByRole('button', { name: 'Fijar el enlace' }).click();

  await page.getByLabel('Contenedor').fill('0123456789ab');
  await page.getByLabel('¿Por qué?').fill('proxy lost it');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  expect(sends(call)[0]?.body).toEqual({ why: 'proxy lost it', container_id: '0123456789ab' });
});

test('deleting names what goes and is done only when confirmed', async () => {
  const call = `DELETE /api/instances/${INSTANCE_ID}`;
  stage.api.answer(call, () => {
    stage.show({ ...RUNNING, status: 'deleting', active: aDeployment({ kind: 'destroy' }) });
    return { status: 202, body: {} };
  });
  const page = await stage.arrive(INSTANCE);
  const remove = page.getByRole('button', { name: `Eliminar ${INSTANCE_ID}` });

  await remove.click();
  const text = await page.getByRole('dialog').textContent();
  for (const part of [INSTANCE_ID, 'demo', 'contenedores', 'volúmenes', ACCESS_URL])
    expect(text).toContain(part);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(sends(call)).toHaveLength(0);
  await remove.click();
  await page.getByRole('button', { name: 'Eliminar con sus datos' }).click();

  await page.getByText('eliminando').waitFor();
  expect(sends(call)).toHaveLength(1);
  expect(await page.getByRole('dialog').count()).toBe(0);
});

test('a refused act keeps the dialog with the reason and what was written', async () => {
  const call = `DELETE /api/instances/${INSTANCE_ID}`;
  stage.api.answer(call, problem(503, 'store_unavailable'));
  const page = await stage.arrive(INSTANCE);
  await page.getByRole('button', { name: `Eliminar ${INSTANCE_ID}` }).click();
  await page.getByLabel('¿Por qué?').fill('moved away');

  await page.getByRole('button', { name: 'Eliminar con sus datos' }).click();

  const dialog = page.getByRole('dialog');
  expect(await dialog.getByRole('alert').textContent()).toContain('El almacén de datos no responde');
  expect(await dialog.getByLabel('¿Por qué?').inputValue()).toBe('moved away');
  expect(sends(call)[0]?.query.get('why')).toBe('moved away');
});

test('the settings of a product are sent whole, empty ones taken back', async () => {
  stage.list('products', [aProduct({ default_host: 'demo', deploy_jobs: { dev: 'old' } })]);
  stage.list('hosts', [aHostView(), aHostView({ host_id: 'other' })]);
  stage.api.answer('PATCH /api/products/hello', { body: {} });
  const page = await stage.arrive('/admin/products');
  await page.getByRole('button', { name: 'Ajustar Hello' }).click();

  await page.getByLabel('Se puede desplegar').uncheck();
  await page.getByLabel('Servidor por defecto').selectOption('other');
  await page.getByLabel('Trabajo de despliegue prod').fill('folder/deploy');
  await page.getByLabel('Trabajo de despliegue dev').fill('');
  await page.getByRole('button', { name: 'Guardar' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  expect(sends('PATCH /api/products/hello')[0]?.body).toEqual({
    ...{ enabled: false, default_host: 'other', deploy_jobs: { prod: 'folder/deploy' }, destroy_job: null },
  });
});
