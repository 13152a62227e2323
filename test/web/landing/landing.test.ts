import { expect, test } from '@jest/globals';
import { setStage } from '../stage.ts';
import { problem } from '../stub-api.ts';
import {
  ACCESS_URL,
  INSTANCE_ID,
  aDeployment,
  aFailedDeployment,
  aLiveDeployment,
  aProduct,
  aPullingDeployment,
  after,
  anInput,
  anInstance,
} from '../view-builders.ts';

const stage = setStage();

const ACCEPTED = {
  status: 202,
  body: { instance_id: INSTANCE_ID, deployment_id: 'd-1', access_url: ACCESS_URL },
};

test('a click on Desplegar leads over true steps to the link', async () => {
  stage.api.answer('POST /api/instances', ACCEPTED);
  stage.show(anInstance({ active: aPullingDeployment() }));
  const page = await stage.arrive('/');

  await page.getByLabel('Cliente').fill('Clínica Norte');
  await page.getByRole('button', { name: 'Desplegar' }).click();
  await page.locator('[data-step=pull][aria-current=step]').waitFor();

  expect(page.url()).toBe(`${stage.api.url}/?instance=${INSTANCE_ID}`);
  expect(await page.locator('[data-step=claimed] .step-took').textContent()).toBe('0,3 s');
  expect(await page.locator('[data-step=verifying]').textContent()).toContain('pendiente');
  stage.show(anInstance({ status: 'running', live_release: 'r-1', last_deployment: aLiveDeployment() }));
  const link = page.getByRole('link', { name: 'Acceder a mi Aplicación' });
  expect(await link.getAttribute('href')).toBe(ACCESS_URL);
  expect(await page.locator('.step-done').count()).toBe(9);
  const order = stage.api.calls.find(({ name }) => name === 'POST /api/instances');
  expect(order?.body).toEqual({ product_id: 'hello', client_name: 'Clínica Norte' });
  expect(order?.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
});

test('the inputs of the product are fields with its limits, sent with their types', async () => {
  const inputs = {
    title: anInput({ type: 'string', title: 'Título', required: true, max_length: 10, pattern: '[A-Z].*' }),
    seats: anInput({ type: 'integer', title: 'Puestos', minimum: 1, maximum: 50, default: 5 }),
    beta: anInput({ type: 'boolean', title: 'Pruebas' }),
    key: anInput({ type: 'string', title: 'Clave', secret: true, max_length: 20 }),
  };
  stage.api.answer('GET /api/products', { body: { total: 1, products: [aProduct({ inputs })] } });
  stage.api.answer('POST /api/instances', ACCEPTED);
  stage.show(anInstance({ active: aDeployment() }));
  const page = await stage.arrive('/');
  const deploy = page.getByRole('button', { name: 'Desplegar' });

  await page.getByLabel('Cliente').fill('Norte');
  await page.getByLabel('Título').fill('norte');
  await page.getByLabel('Puestos').fill('51');
  await deploy.click();
  await page.getByText('El máximo es 50.').waitFor();
  const focused = page.locator('input:focus');
  expect(await focused.getAttribute('name')).toBe('inputs.title');
  expect(await page.getByLabel('Clave').getAttribute('type')).toBe('password');
  await page.getByLabel('Título').fill('Norte');
  await page.getByLabel('Puestos').fill('50');
  await page.getByLabel('Pruebas').check();
  await deploy.click();
  await page.locator('.steps').waitFor();

  const order = stage.api.calls.find(({ name }) => name === 'POST /api/instances');
  expect(order?.body).toMatchObject({ inputs: { title: 'Norte', seats: 50, beta: true } });
});

test('a waiting deployment says why, who holds it up and what comes next', async () => {
  const pending = {
    reason: 'instance_busy',
    holder: 'd-holder',
    since: after(1),
    deadline: after(900),
    next: 'It starts as soon as its instance and a slot of its host are free',
  };
  const timeline = [...aDeployment().timeline, { phase: 'waiting' as const, at: after(1) }];
  stage.show(anInstance({ waiting: aDeployment({ phase: 'waiting', pending, timeline }) }));

  const page = await stage.arrive(`/?instance=${INSTANCE_ID}`);

  await page.locator('[data-step=waiting][aria-current=step]').waitFor();
  const notice = await page.locator('.notice').textContent();
  expect(notice).toContain('Otro despliegue ocupa esta instancia');
  expect(notice).toContain('d-holder');
  expect(notice).toContain('Después: Empieza en cuanto la instancia y el servidor queden libres.');
});

test.each([
  { retire: [], words: 'El trabajo termina; el enlace ya funciona.' },
  { retire: ['norte-1'], words: 'Se retira la versión anterior; el enlace ya lleva a la nueva.' },
])('after the switch the page speaks of a previous version only where there is one: $retire', async (one) => {
  const pending = { reason: 'retiring', next: '', since: after(7), deadline: after(900) };
  const decision = { outcome: 'switched' as const, retire: one.retire, at: after(7) };
  const active = aLiveDeployment({ phase: 'retiring', finished_at: null, pending, decision });
  stage.show(anInstance({ status: 'running', live_release: 'r-1', active }));

  const page = await stage.arrive(`/?instance=${INSTANCE_ID}`);

  await page.getByText(one.words).waitFor();
});

test('a failure shows its cause, the step it happened in, the log, and can be tried again', async () => {
  stage.show(anInstance({ status: 'failed', last_deployment: aFailedDeployment() }));
  stage.api.answer(`POST /api/instances/${INSTANCE_ID}/deployments`, () => {
    stage.show(anInstance({ active: aPullingDeployment() }));
    return ACCEPTED;
  });

  const page = await stage.arrive(`/?instance=${INSTANCE_ID}`);

  const failure = await page.locator('.failure').textContent();
  expect(failure).toContain('La nueva versión no responde bien');
  expect(failure).toContain('web: exited with code 3');
  expect(await page.locator('[data-step=gate]').textContent()).toContain('aquí falló');
  const log = page.locator('.failure').getByRole('link', { name: 'Ver registro' });
  expect(await log.getAttribute('href')).toBe('/admin/deployments/d-0123456789abcdef0123');
  await page.getByRole('button', { name: 'Reintentar' }).click();
  await page.locator('[data-step=pull][aria-current=step]').waitFor();
});

test('what Jenkins says about its queue is shown, a phase that only names itself is not', async () => {
  const pending = {
    reason: 'Waiting for next available executor',
    since: after(1),
    deadline: after(900),
    next: '',
  };
  stage.show(anInstance({ active: aDeployment({ phase: 'queued', pending }) }));
  const page = await stage.arrive(`/?instance=${INSTANCE_ID}`);
  await page.getByText('Waiting for next available executor').waitFor();

  const deploying = { ...aPullingDeployment(), pending: { ...pending, reason: 'deploying' } };
  stage.show(anInstance({ active: deploying }));
  await page.locator('[data-step=pull][aria-current=step]').waitFor();

  expect(await page.locator('.pending-reason').count()).toBe(0);
});

test('a failed update still shows the link of the release that keeps serving', async () => {
  stage.show(anInstance({ status: 'running', live_release: 'r-1', last_deployment: aFailedDeployment() }));

  const page = await stage.arrive(`/?instance=${INSTANCE_ID}`);

  await page.getByText('La versión anterior sigue en marcha').waitFor();
  expect(await page.getByRole('link', { name: 'Acceder' }).getAttribute('href')).toBe(ACCESS_URL);
});

test('a reload goes on where the deployment is', async () => {
  stage.show(anInstance({ active: aPullingDeployment() }));
  const page = await stage.arrive(`/?instance=${INSTANCE_ID}`);
  await page.locator('[data-step=pull][aria-current=step]').waitFor();

  await page.reload();

  await page.locator('[data-step=pull][aria-current=step]').waitFor();
});

test('Cancelar asks the API and shows that it is not confirmed yet', async () => {
  const running = aPullingDeployment();
  const cancel = { by: 'admin', at: after(3), why: null };
  const pending = { reason: 'cancelling', since: after(3), deadline: after(900), next: '' };
  stage.show(anInstance({ active: running }));
  stage.api.answer(`POST /api/deployments/${running.deployment_id}/cancel`, () => {
    stage.show(anInstance({ active: { ...running, cancel, pending } }));
    return { status: 202, body: {} };
  });
  const page = await stage.arrive(`/?instance=${INSTANCE_ID}`);

  await page.getByRole('button', { name: 'Cancelar' }).click();

  await page.getByText('Cancelación pedida').waitFor();
  expect(await page.getByRole('button', { name: 'Cancelar' }).count()).toBe(0);
});

test('an API that is away is named, and the page goes on by itself when it is back', async () => {
  stage.show(anInstance({ active: aPullingDeployment() }));
  const page = await stage.arrive(`/?instance=${INSTANCE_ID}`);
  await page.locator('.steps').waitFor();

  stage.api.answer(`GET /api/instances/${INSTANCE_ID}`, { status: 502, body: 'Bad Gateway' });
  await page.getByText('Ark Deploy no responde').waitFor();
  expect(await page.locator('.steps').count()).toBe(1);
  stage.show(anInstance({ status: 'running', live_release: 'r-1', last_deployment: aLiveDeployment() }));

  await page.getByRole('link', { name: 'Acceder a mi Aplicación' }).waitFor();
  expect(await page.getByText('Ark Deploy no responde').count()).toBe(0);
});

test('a refused order shows title, detail, faults and request id, and keeps what was typed', async () => {
  const errors = [{ field: 'client_name', message: 'must not have control characters' }];
  stage.api.answer('POST /api/instances', problem(422, 'validation_failed', { errors }));
  const page = await stage.arrive('/');

  await page.getByLabel('Cliente').fill('Norte');
  await page.getByRole('button', { name: 'Desplegar' }).click();

  const alert = await page.getByRole('alert').textContent();
  expect(alert).toContain('Hay datos que no valen');
  expect(alert).toContain('about validation_failed');
  expect(alert).toContain('must not have control characters');
  expect(alert).toContain('req-1');
  const client = page.getByLabel('Cliente');
  expect(await client.inputValue()).toBe('Norte');
  expect(await client.getAttribute('aria-invalid')).toBe('true');
});

test('an order repeated after a lost answer carries the same idempotency key', async () => {
  stage.api.answer('POST /api/instances', { status: 502, body: 'Bad Gateway' });
  const page = await stage.arrive('/');
  await page.getByLabel('Cliente').fill('Norte');
  await page.getByRole('button', { name: 'Desplegar' }).click();
  await page.getByRole('alert').waitFor();

  stage.api.answer('POST /api/instances', ACCEPTED);
  stage.show(anInstance({ active: aDeployment() }));
  await page.getByRole('button', { name: 'Desplegar' }).click();
  await page.locator('.steps').waitFor();

  const orders = stage.api.calls.filter(({ name }) => name === 'POST /api/instances');
  expect(orders).toHaveLength(2);
  expect(new Set(orders.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
});
