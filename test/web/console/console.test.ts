import { beforeEach, expect, test } from '@jest/globals';
import { setStage } from '../stage.ts';
import { problem } from '../stub-api.ts';
import {
  ACCESS_URL,
  INSTANCE_ID,
  aDeployment,
  aFailedDeployment,
  aLiveDeployment,
  after,
  anInstance,
} from '../view-builders.ts';

const stage = setStage();

const RUNNING = anInstance({ status: 'running', live_release: 'r-1', last_deployment: aLiveDeployment() });

beforeEach(() => {
  stage.api.answer('GET /api/instances', { body: { total: 1, instances: [RUNNING] } });
  stage.api.answer('GET /api/deployments', { body: { total: 1, deployments: [aLiveDeployment()] } });
});

test('an instance shows status, client, host, link and its last deployment with the reason', async () => {
  const failed = anInstance({ status: 'failed', last_deployment: aFailedDeployment() });
  stage.api.answer('GET /api/instances', { body: { total: 1, instances: [failed] } });

  const page = await stage.arrive('/admin');

  const row = page.locator(`[data-instance=${INSTANCE_ID}]`);
  expect(await row.getByRole('link', { name: INSTANCE_ID }).getAttribute('href')).toBe(ACCESS_URL);
  const text = await row.textContent();
  for (const part of ['fallida', 'Clínica Norte', 'demo', 'unhealthy', 'web: exited with code 3']) {
    expect(text).toContain(part);
  }
});

test('an instance with an active and a waiting deployment shows both and who holds the second', async () => {
  const pending = {
    reason: 'instance_busy',
    holder: 'd-holder',
    next: '',
    since: after(1),
    deadline: after(900),
  };
  const waiting = aDeployment({ deployment_id: 'd-2', phase: 'waiting', pending });
  const busy = anInstance({ status: 'updating', active: aDeployment({ phase: 'queued' }), waiting });
  stage.api.answer('GET /api/instances', { body: { total: 1, instances: [busy] } });

  const page = await stage.arrive('/admin');

  const text = await page.locator(`[data-instance=${INSTANCE_ID}]`).textContent();
  expect(text).toContain('En curso: en cola');
  expect(text).toContain('En espera: en espera Otro despliegue ocupa esta instancia d-holder');
});

test('a deployment shows phase, trigger, who, build link and times', async () => {
  const deployment = aLiveDeployment({ trigger: 'jenkins: alice', by: 'alice' });
  stage.api.answer('GET /api/deployments', { body: { total: 1, deployments: [deployment] } });

  const page = await stage.arrive('/admin');

  const row = page.locator('[data-deployment]');
  const text = await row.textContent();
  for (const part of ['correcto', 'jenkins: alice', 'por alice', 'duró 7,5 s']) expect(text).toContain(part);
  const build = row.getByRole('link', { name: 'ark-deploy-instance #7' });
  expect(await build.getAttribute('href')).toBe(deployment.build?.url);
});

test('deleting names what goes and is done only when confirmed', async () => {
  const deleting = { ...RUNNING, status: 'deleting' as const, active: aDeployment({ kind: 'destroy' }) };
  stage.api.answer(`DELETE /api/instances/${INSTANCE_ID}`, () => {
    stage.api.answer('GET /api/instances', { body: { total: 1, instances: [deleting] } });
    return { status: 202, body: {} };
  });
  const deletions = () => stage.api.calls.filter(({ name }) => name.startsWith('DELETE'));
  const page = await stage.arrive('/admin');

  await page.getByRole('button', { name: `Eliminar ${INSTANCE_ID}` }).click();
  const text = await page.getByRole('dialog').textContent();
  for (const part of [INSTANCE_ID, 'demo', 'contenedores', 'volúmenes', ACCESS_URL])
    expect(text).toContain(part);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(deletions()).toHaveLength(0);
  await page.getByRole('button', { name: `Eliminar ${INSTANCE_ID}` }).click();
  await page.getByRole('button', { name: 'Eliminar con sus datos' }).click();

  await page.getByText('eliminando').waitFor();
  expect(deletions()).toHaveLength(1);
  expect(await page.getByRole('dialog').count()).toBe(0);
});

test('a refused deletion keeps the dialog with the reason', async () => {
  stage.api.answer(`DELETE /api/instances/${INSTANCE_ID}`, problem(503, 'store_unavailable'));
  const page = await stage.arrive('/admin');
  await page.getByRole('button', { name: `Eliminar ${INSTANCE_ID}` }).click();

  await page.getByRole('button', { name: 'Eliminar con sus datos' }).click();

  const alert = page.getByRole('dialog').getByRole('alert');
  expect(await alert.textContent()).toContain('El almacén de datos no responde');
});

test('older deployments are turned to by the cursor', async () => {
  const older = aFailedDeployment({ deployment_id: 'd-older' });
  stage.api.answer('GET /api/deployments', ({ query }) =>
    query.get('cursor') === 'c2'
      ? { body: { total: 2, deployments: [older] } }
      : { body: { total: 2, deployments: [aLiveDeployment()], next_cursor: 'c2' } },
  );
  const page = await stage.arrive('/admin');

  await page.getByRole('button', { name: 'Más antiguos' }).click();

  await page.locator('[data-deployment=d-older]').waitFor();
  await page.getByRole('button', { name: 'Los más recientes' }).click();
  await page.locator(`[data-deployment=${aLiveDeployment().deployment_id}]`).waitFor();
});

test('the history of one instance asks for its deployments only', async () => {
  const page = await stage.arrive('/admin');

  await page.getByRole('link', { name: 'Historial' }).click();

  await page.getByRole('heading', { name: `Despliegues de ${INSTANCE_ID}` }).waitFor();
  await page.locator('[data-deployment]').waitFor();
  expect(stage.api.calls.at(-1)?.query.get('instance_id')).toBe(INSTANCE_ID);
});

test('the log grows while the deployment runs', async () => {
  const running = aDeployment({ phase: 'deploying' });
  stage.api.answer('GET /api/deployments/d-1', { body: running });
  stage.api.answer('GET /api/deployments/d-1/log', { body: 'TASK [prepare]\n' });
  const page = await stage.arrive('/admin?log=d-1');
  await page.getByText('TASK [prepare]').waitFor();

  stage.api.answer('GET /api/deployments/d-1', { body: aFailedDeployment() });
  stage.api.answer('GET /api/deployments/d-1/log', { body: 'TASK [prepare]\n<b>fatal</b>\n' });

  await page.getByText('<b>fatal</b>').waitFor();
  await page.getByText('fallido').waitFor();
});

test('the log is read to its last line, which the job writes after the deployment has finished', async () => {
  stage.api.answer('GET /api/deployments/d-1', { body: aFailedDeployment() });
  stage.api.answer('GET /api/deployments/d-1/log', { body: 'fatal\n+ ark-clean\n' });
  const page = await stage.arrive('/admin?log=d-1');
  await page.getByText('ark-clean').waitFor();

  stage.api.answer('GET /api/deployments/d-1/log', { body: 'fatal\n+ ark-clean\nFinished: FAILURE\n' });

  await page.getByText('Finished: FAILURE').waitFor();
});
