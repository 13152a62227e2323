import { afterAll, expect, test } from '@jest/globals';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { ES_CODES } from '../../src/web/texts/es-codes.ts';
import type { TestChain } from '../testbed/chain.ts';
import { launchBrowser, visit, type Visitor } from '../web/browser.ts';
import { beginJourney } from './begin.ts';
import { instanceOf, untilSettled } from './journey.ts';

const DEPLOY_MS = 90_000;
const PRODUCTS = join(import.meta.dirname, '../fixtures/products');
const TITLE = 'Panadería "La Ñ" <& hijos>';
/** Where to put pictures of the pages, for whoever wants to look at them. */
const PICTURES = process.env['ARK_TEST_PICTURES'];

let chain: TestChain;
let browser: Browser;
let visitor: Visitor;
let page: Page;
let signInUrl: string;

beginJourney({ hosts: 1, environment: { ARK_PRODUCTS_DIR: PRODUCTS } }, async (begun) => {
  chain = begun;
  browser = await launchBrowser();
  visitor = await visit(browser, chain.pagesUrl);
  page = visitor.page;
  signInUrl = await chain.chain.api.signInUrl();
});

afterAll(async () => browser.close());

async function picture(name: string, of = page): Promise<void> {
  if (PICTURES !== undefined) await of.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** What stands above the link; a screen reader hears the same once more. */
function isUp(): Locator {
  return page.locator('.notice-title', { hasText: 'Tu aplicación está en marcha.' });
}

/** Fills in the order form and sends it; resolves to the new instance's id once its page is there. */
async function order(product: string, client: string, title: string): Promise<string> {
  await page.goto('/');
  await page.getByRole('radio', { name: new RegExp(`^${product} versión`) }).check();
  await page.getByLabel('Cliente').fill(client);
  await page.getByLabel('Título').fill(title);
  await picture(`order-${product}`);
  await page.getByRole('button', { name: 'Desplegar', exact: true }).click();
  await page.waitForURL(/[?&]instance=/);
  await page.locator('.steps').waitFor();
  return new URL(page.url()).searchParams.get('instance') ?? '';
}

test('a click leads to the link, and the link to the application', async () => {
  await page.goto(signInUrl);
  expect(new URL(page.url()).pathname).toBe('/');
  const id = await order('Hello', 'La Panadería', TITLE);
  expect(id).toMatch(/^la-panaderia-[a-z2-7]{10}$/);
  await picture('under-way');
  await page.reload(); // the way of the instance is in the address: nothing is lost
  await page.locator('.steps').waitFor();

  const link = page.getByRole('link', { name: 'Acceder a mi Aplicación' });
  await link.waitFor({ timeout: DEPLOY_MS });
  await picture('live');
  const [app] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
  await app.waitForLoadState();

  expect(app.url()).toBe(`${chain.appsUrl}/instances/${id}/`);
  expect(await app.locator('h1').textContent()).toBe(TITLE);
  expect(await app.title()).toBe(TITLE);
  expect(await app.evaluate(() => (globalThis as { opener?: unknown }).opener ?? null)).toBeNull();
  await picture('application', app);
  await app.close();
  await page.reload();
  await link.waitFor();
  expect(await isUp().isVisible()).toBe(true);
});

test('deployed again, the old one stays reachable and the link stays the same', async () => {
  const id = new URL(page.url()).searchParams.get('instance') ?? '';
  await untilSettled(chain, id);
  const before = await instanceOf(chain, id);
  const link = page.getByRole('link', { name: 'Acceder a mi Aplicación' });
  const href = await link.getAttribute('href');

  await page.getByRole('button', { name: 'Desplegar de nuevo' }).click();

  await page.getByText('La versión anterior sigue en marcha en su enlace.').waitFor();
  expect(await link.getAttribute('href')).toBe(href);
  await picture('again');
  await isUp().waitFor({ timeout: DEPLOY_MS });
  expect(await link.getAttribute('href')).toBe(href);
  const after = await untilSettled(chain, id);
  expect(after.live_release).not.toBe(before.live_release);
  expect(after.last_deployment).toMatchObject({ trigger: 'panel', phase: 'succeeded' });
});

test('a failure shows its cause in words and leads to the log', async () => {
  await order('Hello broken', 'Rota', 'Nada');

  const alert = page.getByRole('alert');
  await alert.waitFor({ timeout: DEPLOY_MS });
  await picture('failure');

  expect(await alert.textContent()).toContain(ES_CODES.health_gate_failed);
  expect(await page.getByRole('link', { name: 'Acceder a mi Aplicación' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Reintentar' }).waitFor();
  await page.reload();
  await alert.waitFor();
  await alert.getByRole('link', { name: 'Ver registro' }).click();
  await page.getByText('Finished: FAILURE').waitFor({ timeout: 30_000 });
  await picture('log');
});

test('the console lists both, and a used sign-in link opens nothing', async () => {
  await page.goto('/admin/instances');
  await page.getByText('La Panadería').first().waitFor();
  await page.getByText('Rota').first().waitFor();
  await picture('console');
  await page.getByRole('link', { name: /^la-panaderia-/ }).click();
  await page.locator('[data-deployment]').first().getByRole('link', { name: 'despliegue' }).click();
  await page.locator('[data-callback]', { hasText: 'ready' }).first().waitFor();
  await page.getByText('Finished: SUCCESS').waitFor();
  await picture('deployment');
  expect(visitor.defects).toEqual([]);

  const stranger = await visit(browser, chain.pagesUrl);
  await stranger.page.goto(signInUrl);
  await stranger.page.goto('/');
  await stranger.page.getByText('Hace falta un enlace de acceso').waitFor();
  await picture('signed-out', stranger.page);
  await stranger.close();
});
