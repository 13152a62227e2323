import { beforeEach, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { aHost, DEPLOY_JOB, ORDERER } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { APPS, httpBench, PAGES, TOKEN, type HttpBench } from './http-bench.ts';
import { must } from './records.ts';

const at = benchPerTest();
let http: HttpBench;

beforeEach(() => {
  http = httpBench(at());
});

const ORDER = { product_id: 'hello', client_name: 'Café Ñandú & Söhne ✓' };

const get = (path: string) => request(http.app).get(path).set('authorization', `Bearer ${TOKEN}`);
const post = (path: string, body: object | undefined = {}) =>
  request(http.app).post(path).set('authorization', `Bearer ${TOKEN}`).send(body);
const remove = (path: string) => request(http.app).delete(path).set('authorization', `Bearer ${TOKEN}`);

interface Placed {
  readonly instance_id: string;
  readonly deployment_id: string;
}

describe('POST /api/instances', () => {
  test('takes an order: 202 with ids, links and status', async () => {
    const answer = await post('/api/instances', ORDER);
    const { instance_id, deployment_id } = answer.body as Placed;

    expect(answer.status).toBe(202);
    expect(instance_id).toMatch(/^cafe-nandu-sohne-[a-z2-7]{10}$/);
    expect(answer.body).toMatchObject({
      ...{ instance_id, deployment_id, status: 'pending' },
      access_url: `${APPS}/instances/${instance_id}/`,
      status_url: `/api/instances/${instance_id}`,
    });
    expect(answer.headers['location']).toBe(`/api/instances/${instance_id}`);
  });

  test('an order behind others is told its place and who holds it up', async () => {
    const bench = at();
    await bench.hosts.put(aHost({ slots: 1 }));
    const first = (await post('/api/instances', ORDER)).body as Placed;
    await bench.core.tracker.round();
    await post('/api/instances', ORDER);

    const third = await post('/api/instances', ORDER);

    expect(third.body).toMatchObject({
      pending: { reason: 'host_full', holder: first.deployment_id, position: 2 },
    });
  });

  test('keeps text as it came, whatever language it speaks', async () => {
    const title = '{{ 7*7 }} $(id) ${X} <b> 日本 🎉';
    const { body } = await post('/api/instances', { ...ORDER, inputs: { title }, why: '-oProxyCommand=id' });
    const { deployment_id } = body as Placed;

    const deployment = must(await at().store.deployment(deployment_id as never));
    const stored = await at().store.release(deployment.release_id as never);
    expect(stored?.release.inputs).toEqual([{ env: 'APP_TITLE', value: title, secret: false }]);
    expect(deployment.why).toBe('-oProxyCommand=id');
  });

  test('is known to Jenkins after it is known to us, with our parameters only', async () => {
    const bench = at();
    const { instance_id, deployment_id } = (await post('/api/instances', ORDER)).body as Placed;
    await bench.core.tracker.round();

    expect(bench.builds.accepted).toMatchObject([
      { job: DEPLOY_JOB, parameters: { DEPLOYMENT_ID: deployment_id, INSTANCE_ID: instance_id } },
    ]);
  });

  test.each([
    ['host_id', { host_id: 'cl-a' }],
    ['target_host by id', { target_host: 'cl-a' }],
    ['target_host by address', { target_host: '100.64.30.11' }],
  ])('selects a registered host by %s', async (_how, wish) => {
    const { body } = await post('/api/instances', { ...ORDER, ...wish });

    expect(await at().store.instance((body as Placed).instance_id as never)).toMatchObject({
      host_id: 'cl-a',
    });
  });

  test('an instance may say when it expires', async () => {
    const bench = at();
    const { body } = await post('/api/instances', { ...ORDER, expires_in: 3_600 });
    const view = (await get(`/api/instances/${(body as Placed).instance_id}`)).body as { expires_at: string };

    expect(view.expires_at).toBe(new Date(bench.now + 3_600_000).toISOString());
  });
});

describe('GET /api/instances', () => {
  test('shows one with what happens to it now', async () => {
    const { body } = await post('/api/instances', { ...ORDER, why: 'a try' });
    const { instance_id, deployment_id } = body as Placed;

    const { body: view } = await get(`/api/instances/${instance_id}`);

    expect(view).toMatchObject({
      ...{ instance_id, product_id: 'hello', client_name: ORDER.client_name, environment: 'prod' },
      ...{
        host_id: 'cl-a',
        status: 'pending',
        desired: 'present',
        live_release: null,
        product_name: 'Hello',
        product_version: '1.0.0',
      },
      access_url: `${APPS}/instances/${instance_id}/`,
      health: { state: 'unknown', at: null, source: null },
      active: { deployment_id, why: 'a try', by: 'admin', trigger: 'api' },
      waiting: null,
      last_deployment: { deployment_id },
    });
  });

  test('pages through all, newest first, with the total on every page', async () => {
    const bench = at();
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      bench.now += 1_000;
      ids.unshift(((await post('/api/instances', ORDER)).body as Placed).instance_id);
    }
    const seen: string[] = [];
    const totals: number[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const { body } = await get(`/api/instances?limit=2${cursor && `&cursor=${cursor}`}`);
      const page = body as { total: number; instances: Placed[]; next_cursor?: string };
      seen.push(...page.instances.map(({ instance_id }) => instance_id));
      totals.push(page.total);
      cursor = page.next_cursor;
    }

    expect(seen).toEqual(ids);
    expect(totals).toEqual([5, 5, 5]);
  });

  test('an empty list is a list', async () => {
    expect((await get('/api/instances')).body).toEqual({ total: 0, instances: [] });
  });
});

describe('status', () => {
  const statusOf = async (id: string) =>
    ((await get(`/api/instances/${id}`)).body as { status: string; phase: string }).status;

  test('from the first order to the end', async () => {
    const bench = at();
    const { instance_id } = await bench.order();
    expect(await statusOf(instance_id)).toBe('pending');
    await bench.runBuild();
    expect(await statusOf(instance_id)).toBe('running');
    await bench.core.orders.deployAgain(instance_id, {}, ORDERER);
    expect(await statusOf(instance_id)).toBe('updating');
    await bench.runBuild();
    await bench.core.orders.remove(instance_id, { keepData: false }, ORDERER);
    expect(await statusOf(instance_id)).toBe('deleting');
  });

  test('a first order that failed is failed; a failed update leaves the instance running', async () => {
    const bench = at();
    bench.probe = () => ({ healthy: false, last: 'GET /healthz answered 500' });
    const failed = await bench.bringLive();
    expect(await statusOf(failed.instance_id)).toBe('failed');

    bench.probe = () => ({ healthy: true });
    const live = await bench.bringLive();
    bench.probe = () => ({ healthy: false, last: 'GET /healthz answered 500' });
    await bench.core.orders.deployAgain(live.instance_id, {}, ORDERER);
    await bench.runBuild();
    expect(await statusOf(live.instance_id)).toBe('running');
    const { body } = await get(`/api/instances/${live.instance_id}`);
    expect(body).toMatchObject({ last_deployment: { phase: 'failed', reason: { code: 'unhealthy' } } });
  });

  test('success is seen at the decision, while the old release is still removed', async () => {
    const bench = at();
    const { instance_id } = await bench.order();
    await bench.core.tracker.round();
    const claim = await bench.claim(must(bench.builds.startNext()));
    await bench.core.callbacks.ready(bench.readyMessage(claim));

    expect(await statusOf(instance_id)).toBe('running');
  });

  test('a cancelled order that waited does not hide the one at work', async () => {
    const bench = at();
    const { instance_id } = await bench.order();
    const second = await bench.core.orders.deployAgain(instance_id, {}, ORDERER);
    await bench.core.orders.cancel(second.deployment_id, ORDERER);

    const { body } = await get(`/api/instances/${instance_id}`);

    expect(body).toMatchObject({ status: 'pending', phase: expect.stringMatching(/triggering|queued/) });
  });
});

describe('POST /api/instances/:id/deployments', () => {
  test('deploys again with the inputs of before, or with new ones', async () => {
    const bench = at();
    const order = { ...ORDER, inputs: { title: 'Uno' } };
    const { instance_id } = (await post('/api/instances', order)).body as Placed;
    await bench.runBuild();
    const titleOf = async (answer: { body: unknown }) => {
      const deployment = must(await bench.store.deployment((answer.body as Placed).deployment_id as never));
      return (await bench.store.release(deployment.release_id as never))?.release.inputs[0]?.value;
    };

    const same = await post(`/api/instances/${instance_id}/deployments`);
    expect([same.status, await titleOf(same)]).toEqual([202, 'Uno']);
    const other = await post(`/api/instances/${instance_id}/deployments`, { inputs: { title: 'Dos' } });
    expect([other.status, await titleOf(other)]).toEqual([202, 'Dos']);
    expect((other.body as { status: string }).status).toBe('updating');
  });

  test('needs no body at all', async () => {
    const { instance_id } = await at().bringLive();

    const bare = request(http.app).post(`/api/instances/${instance_id}/deployments`);

    expect((await bare.set('authorization', `Bearer ${TOKEN}`)).status).toBe(202);
  });
});

describe('DELETE /api/instances/:id', () => {
  test('withdraws, removes, and leaves a record that says deleted', async () => {
    const bench = at();
    const { instance_id } = await bench.bringLive();

    const answer = await remove(`/api/instances/${instance_id}?data=keep`);
    expect([answer.status, answer.body]).toEqual([202, expect.objectContaining({ status: 'deleting' })]);
    await bench.core.tracker.round();
    const claim = await bench.claim(must(bench.builds.startNext()));
    expect(claim.keep).toEqual([`${instance_id}-data`]);
    const leased = { lease: claim.lease, deployment_id: claim.deployment_id };
    await bench.core.callbacks.removed({ ...leased, removed: [] });

    const { body } = await get(`/api/instances/${instance_id}`);
    expect(body).toMatchObject({ status: 'deleted', deleted_at: new Date(bench.now).toISOString() });
    expect((await remove(`/api/instances/${instance_id}`)).status).toBe(410);
    expect((await post(`/api/instances/${instance_id}/deployments`)).status).toBe(410);
  });

  test('keeps who removed it, and why', async () => {
    const { instance_id } = await at().bringLive();

    await remove(`/api/instances/${instance_id}?why=moved%20away`);

    const { body } = await get(`/api/instances/${instance_id}`);
    expect(body).toMatchObject({ active: { kind: 'destroy', by: 'admin', why: 'moved away' } });
  });

  test('a second click joins the first', async () => {
    const bench = at();
    const { instance_id } = await bench.bringLive();
    const first = (await remove(`/api/instances/${instance_id}`)).body as Placed;
    await bench.core.tracker.round();

    const second = (await remove(`/api/instances/${instance_id}`)).body as Placed;

    expect(second.deployment_id).toBe(first.deployment_id);
    expect(bench.builds.accepted).toHaveLength(2);
  });

  test('cancels what is at work and queues the removal behind it', async () => {
    const bench = at();
    const { instance_id, deployment_id } = await bench.order();
    await bench.core.tracker.round();
    const build = must(bench.builds.startNext());
    await bench.claim(build);

    await remove(`/api/instances/${instance_id}`);
    await bench.core.tracker.round();
    await bench.core.tracker.round();

    expect(await bench.store.deployment(deployment_id)).toMatchObject({
      ...{ phase: 'cancelled', cancel: { by: 'admin' }, decision: { outcome: 'abandoned' } },
    });
    await bench.core.tracker.round();
    expect(bench.builds.startNext()?.job).toBe('ark-destroy-instance');
  });
});

test('the panel orders as panel, a token as api', async () => {
  const cookie = await http.cookieOf('operator');
  const answer = await request(http.app).post('/api/instances').set({ cookie, origin: PAGES }).send(ORDER);
  const deployment = await at().store.deployment((answer.body as Placed).deployment_id as never);

  expect(deployment).toMatchObject({ trigger: 'panel', by: 'ana' });
});
