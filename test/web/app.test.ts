import { expect, test } from '@jest/globals';
import { setStage } from './stage.ts';
import { problem } from './stub-api.ts';
import { INSTANCE_ID, aLiveDeployment, aPullingDeployment, anInstance } from './view-builders.ts';

const stage = setStage();

const RUNNING = anInstance({ status: 'running', live_release: 'r-1', last_deployment: aLiveDeployment() });

test('without a session the page says how to get a link, and looks again on demand', async () => {
  stage.api.answer('GET /api/session', problem(401, 'unauthorized'));
  const page = await stage.arrive('/');
  await page.getByText('npm run ark -- sign-in').waitFor();

  stage.api.answer('GET /api/session', { body: { user: 'admin', role: 'admin' } });
  await page.getByRole('button', { name: 'volver a comprobar' }).click();

  await page.getByRole('button', { name: 'Desplegar' }).waitFor();
});

test('a session that ends while the page is open leads to the sign-in page', async () => {
  stage.show(anInstance({ active: aPullingDeployment() }));
  const page = await stage.arrive(`/?instance=${INSTANCE_ID}`);
  await page.locator('.steps').waitFor();

  stage.api.answer(`GET /api/instances/${INSTANCE_ID}`, problem(401, 'unauthorized'));

  await page.getByText('Hace falta un enlace de acceso').waitFor();
});

test('Salir ends the session', async () => {
  stage.api.answer('POST /api/session/sign-out', { status: 204, body: '' });
  const page = await stage.arrive('/');

  await page.getByRole('button', { name: 'Salir' }).click();

  await page.getByText('Hace falta un enlace de acceso').waitFor();
  expect(stage.api.calls.map(({ name }) => name)).toContain('POST /api/session/sign-out');
});

test('an English browser reads English, and a choice of language outlasts a reload', async () => {
  stage.show(RUNNING);
  const page = await stage.arrive(`/?instance=${INSTANCE_ID}`, { locale: 'en-GB' });
  await page.getByRole('link', { name: 'Open my application' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('en');

  await page.getByRole('button', { name: 'Español' }).click();
  await page.getByRole('link', { name: 'Acceder a mi Aplicación' }).waitFor();
  await page.reload();

  await page.getByRole('link', { name: 'Acceder a mi Aplicación' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('es');
});

test('a browser in another language reads Spanish', async () => {
  const page = await stage.arrive('/', { locale: 'fi-FI' });

  await page.getByRole('heading', { name: 'Despliega tu aplicación' }).waitFor();
});

test.each(['/', `/?instance=${INSTANCE_ID}`, '/admin'])(
  'at 360 pixels %s has no sideways scroll',
  async (path) => {
    stage.show(RUNNING);
    stage.api.answer('GET /api/instances', { body: { total: 1, instances: [RUNNING] } });
    stage.api.answer('GET /api/deployments', { body: { total: 1, deployments: [aLiveDeployment()] } });
    const page = await stage.arrive(path, { viewport: { width: 360, height: 740 } });

    await page.locator('form, .live, tbody tr').first().waitFor();

    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  },
);

test('the order can be made with the keyboard alone, and the focus follows to its progress', async () => {
  const accepted = { status: 202, body: { instance_id: INSTANCE_ID, deployment_id: 'd-1' } };
  stage.api.answer('POST /api/instances', accepted);
  stage.show(anInstance({ active: aPullingDeployment() }));
  const page = await stage.arrive('/');
  await page.getByRole('radio').focus();

  await page.keyboard.press('Tab');
  await page.keyboard.type('Norte');
  await page.keyboard.press('Enter');
  await page.locator('.steps').waitFor();

  expect(await page.locator('h1:focus').textContent()).toBe('Hello para Clínica Norte');
});

test('a changed step is announced in one sentence', async () => {
  stage.show(anInstance({ active: aPullingDeployment() }));
  const page = await stage.arrive(`/?instance=${INSTANCE_ID}`);
  const announced = page.locator('[role=status]').filter({ hasText: 'Descargar imágenes: en curso' });
  await announced.waitFor({ state: 'attached' });

  stage.show(RUNNING);

  const next = page.locator('[role=status]').filter({ hasText: 'Tu aplicación está en marcha.' });
  await next.waitFor({ state: 'attached' });
});

test('nothing moves for visitors who asked for reduced motion', async () => {
  stage.show(anInstance({ active: aPullingDeployment() }));
  const page = await stage.arrive(`/?instance=${INSTANCE_ID}`, { reducedMotion: 'reduce' });
  await page.locator('.step-current').waitFor();

  const animation =
    "getComputedStyle(document.querySelector('.step-current .step-mark'), '::after').animationName";

  expect(await page.evaluate(animation)).toBe('none');
});
