import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { type Visitor, launchBrowser, visit } from '../browser.ts';
import { type RealCoordinator, startRealCoordinator } from '../real-coordinator.ts';

let coordinator: RealCoordinator;
let browser: Browser;
let visitor: Visitor;
/** The deployment that holds the host's one slot. */
let working: string;

beforeAll(async () => {
  [coordinator, browser] = await Promise.all([startRealCoordinator(), launchBrowser()]);
  visitor = await visit(browser, coordinator.url);
  const { url } = await coordinator.call<{ url: string }>('POST', '/api/sign-in-links');
  await visitor.page.goto(url);
}, 120_000);

afterAll(async () => {
  await browser.close();
  await coordinator.close();
  expect(visitor.defects).toEqual([]);
}, 30_000);

interface Placed {
  readonly instance_id: string;
  readonly deployment_id: string;
}

const order = (client: string) =>
  coordinator.call<Placed>('POST', '/api/instances', { product_id: 'hello', client_name: client });

const MINUTE = 60_000;

/** Presses a button, says why, and confirms. */
async function act(button: string, why: string, confirm: string): Promise<void> {
  const { page } = visitor;
  await page.getByRole('button', { name: button }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('¿Por qué?').fill(why);
  await dialog.getByRole('button', { name: confirm, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

test(
  'an order appears by itself, is followed to its live log, and cancelled with a reason',
  async () => {
    const { page } = visitor;
    await page.goto('/admin');
    await page.getByText('Nada en curso ni en espera.').waitFor();

    const { instance_id: instance, deployment_id: id } = await order('Norte');
    const row = page.locator(`[data-deployment=${id}]`);
    await row.getByRole('link', { name: instance }).waitFor();
    await row.getByRole('link', { name: 'despliegue', exact: true }).click();
    await page.locator('.log').getByText('echo working').waitFor({ timeout: 20_000 });
    await page.getByRole('button', { name: `Cancelar ${id}` }).click();
    await page.getByLabel('¿Por qué?').fill('not today');
    await page.getByRole('button', { name: 'Cancelar el despliegue' }).click();

    await page.getByText('El despliegue se canceló.').waitFor({ timeout: 20_000 });
    await page.getByText('Completo.').waitFor({ timeout: 20_000 });
    await page.goto(`/admin/instances/${instance}`);
    const cancelled = page.locator('[data-act]', { hasText: 'deployments.cancel' });
    expect(await cancelled.textContent()).toMatch(/admin desde el panel.*not today.*hecho/);
    await page.locator(`[data-deployment=${id}]`).waitFor();
    expect(await page.getByRole('alert').allTextContents()).toEqual([]);
  },
  MINUTE,
);

test(
  'the queue of a host shows who works and who waits for it',
  async () => {
    const { page } = visitor;
    const first = await order('Sur');
    working = first.deployment_id;
    const second = await order('Este');

    await page.goto('/admin/hosts/cl-a');

    await page.locator(`[data-deployment=${first.deployment_id}]`).waitFor();
    const waiting = page.locator(`[data-deployment=${second.deployment_id}]`);
    await waiting.getByRole('link', { name: first.deployment_id }).waitFor();
    expect(await waiting.textContent()).toContain('El servidor está ocupado con otros despliegues');
  },
  MINUTE,
);

test(
  'new jobs are frozen with a reason that everybody reads, and unfrozen',
  async () => {
    const { page } = visitor;
    await page.goto('/admin/system');
    await page.getByText('Se admiten trabajos nuevos.').waitFor();

    await act('Detener los trabajos nuevos', 'moving Jenkins', 'Detener');
    await page.getByText('moving Jenkins').waitFor();
    await page.goto('/admin');
    await page.getByRole('status').filter({ hasText: 'moving Jenkins' }).waitFor();
    const { deployment_id: id } = await order('Oeste');
    await page.locator(`[data-deployment=${id}]`, { hasText: 'ha detenido' }).waitFor();
    await page.goto('/admin/system');
    await act('Reanudar los trabajos', 'moved', 'Reanudar');

    await page.getByText('Se admiten trabajos nuevos.').waitFor();
  },
  MINUTE,
);

test(
  'a deployment is ended by force, and its host cordoned and opened',
  async () => {
    const { page } = visitor;
    await page.goto(`/admin/deployments/${working}`);
    await page.getByText('En caso de emergencia').click();
    await act('Dar por fallido', 'Jenkins is gone', 'Dar por fallido');
    await page.getByRole('alert').filter({ hasText: 'Jenkins is gone' }).waitFor();

    await page.goto('/admin/hosts/cl-a');
    await act('Cerrar', 'new disk', 'Cerrar el servidor');
    await page.getByText('cerrado').waitFor();
    await act('Abrir', 'disk is in', 'Abrir el servidor');

    await page.getByText('admite despliegues').waitFor();
  },
  MINUTE,
);

test('a product is switched off, with the reason in the activity', async () => {
  const { page } = visitor;
  await page.goto('/admin/products');
  await page.getByRole('button', { name: 'Ajustar Hello' }).click();
  await page.getByLabel('Se puede desplegar').uncheck();
  await page.getByLabel('¿Por qué?').fill('a new one comes');
  await page.getByRole('button', { name: 'Guardar' }).click();
  await page.locator('[data-product=hello]').getByText('retirado').waitFor();

  await page.goto('/admin/acts');

  await page.locator('[data-act]', { hasText: 'a new one comes' }).waitFor();
});

test('a revoked callback key stays revoked', async () => {
  const { page } = visitor;
  await page.goto('/admin/system');

  await act('Revocar', 'stood in a log', 'Revocar la clave');
  await page.locator('[data-key]', { hasText: 'stood in a log' }).waitFor();

  expect(await page.getByRole('button', { name: 'Revocar' }).count()).toBe(0);
});

const HERE = 'product=hello&host=cl-a';
const SECTIONS = [
  ...['instances', `instances?status=failed&${HERE}`, 'deployments', `deployments?phase=cancelled&${HERE}`],
  ...['products', 'hosts', 'callbacks', 'callbacks?verdict=refused', 'acts', 'system'],
];

test.each(SECTIONS)('the real API answers %s as the page reads it', async (section) => {
  const { page } = visitor;

  await page.goto(`/admin/${section}`);
  await page.locator('tbody tr, section > p.quiet').first().waitFor();

  expect(await page.getByRole('alert').allTextContents()).toEqual([]);
});
