import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { type Visitor, launchBrowser, visit } from '../browser.ts';
import { type RealCoordinator, startRealCoordinator } from '../real-coordinator.ts';

let coordinator: RealCoordinator;
let browser: Browser;
let visitor: Visitor;

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
    const act = page.locator('[data-act]', { hasText: 'deployments.cancel' });
    expect(await act.textContent()).toMatch(/admin desde el panel.*not today.*hecho/);
  },
  MINUTE,
);

test(
  'the queue of a host shows who works and who waits for it',
  async () => {
    const { page } = visitor;
    const first = await order('Sur');
    const second = await order('Este');

    await page.goto('/admin/hosts/cl-a');

    await page.locator(`[data-deployment=${first.deployment_id}]`).waitFor();
    const waiting = page.locator(`[data-deployment=${second.deployment_id}]`);
    await waiting.getByRole('link', { name: first.deployment_id }).waitFor();
    expect(await waiting.textContent()).toContain('El servidor está ocupado con otros despliegues');
  },
  MINUTE,
);

test.each(['instances', 'deployments', 'products', 'hosts', 'callbacks', 'acts'])(
  'the real API answers %s as the page reads it',
  async (section) => {
    const { page } = visitor;

    await page.goto(`/admin/${section}`);
    await page.locator('tbody tr, section > p.quiet').first().waitFor();

    expect(await page.getByRole('alert').allTextContents()).toEqual([]);
  },
);
