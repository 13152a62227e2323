import { beforeEach, expect, test } from '@jest/globals';
import request from 'supertest';
import { benchPerTest } from './bench-per-test.ts';
import { httpBench, KEY, PAGES, sendCallback, TOKEN, type HttpBench } from './http-bench.ts';
import { anOrder, expectRefusal } from './refusal.ts';
import { must } from './records.ts';

const at = benchPerTest();
let http: HttpBench;

beforeEach(() => {
  http = httpBench(at());
});

const post = (path: string, body: object = { why: 'Jenkins is gone' }) =>
  request(http.app).post(path).set('authorization', `Bearer ${TOKEN}`).send(body);
const get = (path: string) => request(http.app).get(path).set('authorization', `Bearer ${TOKEN}`);

const acts = (instance: string, deployment: string): readonly [string, object][] => [
  [`/api/deployments/${deployment}/force-fail`, {}],
  [`/api/instances/${instance}/withdraw-route`, {}],
  [`/api/instances/${instance}/set-route`, { container_id: 'c0ffee0000c0' }],
  ['/api/hosts/cl-a/cordon', {}],
  ['/api/hosts/cl-a/uncordon', {}],
  ['/api/system/freeze', {}],
  ['/api/system/unfreeze', {}],
  ['/api/system/accept-generation', { generation: 'g1' }],
  ['/api/callback-keys/0c9f7a4b/revoke', {}],
];

test('every act needs a reason of one line', async () => {
  const { instance_id, deployment_id } = await anOrder(at());
  for (const [path, body] of acts(instance_id, deployment_id)) {
    for (const why of [undefined, '', ' ', 'a\nb', 'x'.repeat(201), 7]) {
      const made = post(path, { ...body, why });
      const { errors } = (await expectRefusal({ bench: at(), http }, made, {
        ...{ status: 400, code: 'validation_failed' },
      })) as { errors: readonly { field: string }[] };
      expect(errors.map(({ field }) => field)).toContain('why');
    }
  }
});

test('only administrators may', async () => {
  const { instance_id, deployment_id } = await anOrder(at());
  const cookie = await http.cookieOf('operator');
  for (const [path, body] of acts(instance_id, deployment_id)) {
    const made = request(http.app)
      .post(path)
      .set({ cookie, origin: PAGES })
      .send({ ...body, why: 'x' });
    await expectRefusal({ bench: at(), http }, made, { status: 403, code: 'forbidden' });
  }
  for (const path of ['/api/system', '/api/callback-keys']) {
    expect((await request(http.app).get(path).set({ cookie })).status).toBe(403);
  }
});

test('a deployment that is ended by force says who did it and why, and frees its instance', async () => {
  const { instance_id, deployment_id } = await anOrder(at());

  const { status, body } = await post(`/api/deployments/${deployment_id}/force-fail`);

  expect(status).toBe(200);
  expect(body).toMatchObject({
    phase: 'failed',
    reason: { code: 'force_failed', detail: 'Ended by admin: Jenkins is gone' },
    jenkins_told: true,
  });
  expect((await get(`/api/instances/${instance_id}`)).body).toMatchObject({ status: 'failed', active: null });
  expect((await get('/api/acts')).body).toMatchObject({
    acts: [
      { act: 'deployments.force-fail', why: 'Jenkins is gone', by: 'admin', deployment_id, outcome: 'ok' },
    ],
  });
});

test('what cannot be done is refused, and recorded as refused', async () => {
  const { deployment_id } = await at().bringLive();
  expect((await post(`/api/deployments/${deployment_id}/force-fail`)).status).toBe(409);
  expect((await post('/api/deployments/d-00000000000000000000/force-fail')).status).toBe(404);
  expect((await post('/api/hosts/nobody/cordon')).status).toBe(404);

  const { acts } = (await get('/api/acts')).body as { acts: readonly { outcome: string }[] };
  expect(acts.map(({ outcome }) => outcome)).toEqual([
    'host_not_found',
    'deployment_not_found',
    'already_ended',
  ]);
});

test('a withdrawn link shows why, and a set one where it leads', async () => {
  const { instance_id } = await at().bringLive();

  const gone = await post(`/api/instances/${instance_id}/withdraw-route`);
  expect(gone.body).toMatchObject({ instance_id, state: 'withdrawn', reason: 'Jenkins is gone' });

  const instance = must(await at().store.instance(instance_id));
  at().containers.set('c0ffee0000c0', {
    ...{ id: 'c0ffee0000c0', running: true },
    labels: {
      ...{ 'ark.instance': instance_id, 'ark.seq': instance.live_seq, 'ark.release': instance.live_release },
      'com.docker.compose.service': 'web',
    },
    published: [{ container_port: 8080, host_ip: '100.64.30.11', host_port: 20_042 }],
  });
  const set = await post(`/api/instances/${instance_id}/set-route`, {
    ...{ why: 'It runs', container_id: 'c0ffee0000c0', endpoint: 'web' },
  });
  expect(set.body).toMatchObject({ state: 'live', target_host: '100.64.30.11', target_port: 20_042 });
});

test('a frozen system takes orders and triggers nothing, until it is unfrozen', async () => {
  const bench = at();
  const frozen = await post('/api/system/freeze');
  expect(frozen.body).toMatchObject({ frozen: { by: 'admin', why: 'Jenkins is gone' } });

  const { deployment_id } = await bench.order();
  await bench.core.tracker.round();
  expect(bench.builds.accepted).toEqual([]);
  expect((await get(`/api/deployments/${deployment_id}`)).body).toMatchObject({
    pending: { reason: 'frozen' },
  });

  expect((await post('/api/system/unfreeze')).body).toMatchObject({ frozen: null });
  await bench.core.tracker.round();
  expect(bench.builds.accepted).toHaveLength(1);
});

test('what Jenkins could not be asked for before the freeze is not asked for in it', async () => {
  const bench = at();
  bench.builds.down = true;
  const { deployment_id } = await bench.order();
  await bench.core.tracker.round();
  await post('/api/system/freeze');
  bench.builds.down = false;

  await bench.core.tracker.round();

  expect(bench.builds.accepted).toEqual([]);
  expect((await get(`/api/deployments/${deployment_id}`)).body).toMatchObject({
    phase: 'triggering',
    pending: { reason: 'frozen' },
  });
});

test('a cordoned host takes no new deployment, until it is put back into use', async () => {
  const bench = at();
  expect((await post('/api/hosts/cl-a/cordon')).body).toEqual({ host_id: 'cl-a', cordoned: true });
  await expect(bench.order()).rejects.toMatchObject({ code: 'conflict' });

  expect((await post('/api/hosts/cl-a/uncordon')).body).toEqual({ host_id: 'cl-a', cordoned: false });
  await bench.order();
});

test('the callback keys are shown by id, and one that is revoked is told to its jobs', async () => {
  const { body } = await get('/api/callback-keys');
  const keys = (body as { callback_keys: { key_id: string; revoked: object | null }[] }).callback_keys;
  expect(keys).toMatchObject([{ revoked: null }, { revoked: { by: 'ARK_REVOKED_CALLBACK_KEYS', at: null } }]);
  const good = must(keys[0]).key_id;
  expect(JSON.stringify(body)).not.toContain(KEY.toString('base64'));

  const revoked = await post(`/api/callback-keys/${good}/revoke`);
  expect(revoked.body).toMatchObject({ key_id: good, revoked: { by: 'admin', why: 'Jenkins is gone' } });

  const answer = await sendCallback({ app: http.app, bench: at() }, 'progress', {});
  expect([answer.status, (answer.body as { code: string }).code]).toEqual([401, 'callback_key_revoked']);
});

test('a key that is not set up cannot be revoked', async () => {
  const { status, body } = await post('/api/callback-keys/00000000/revoke');

  expect([status, (body as { code: string }).code]).toEqual([404, 'callback_key_not_found']);
});

test('the system shows its store, and is told which one to trust', async () => {
  expect((await get('/api/system')).body).toMatchObject({
    ...{ frozen: null, ready: true },
    generation: { id: 'g1', revision: 0, accepted: null, fault: 'the store is another one' },
  });

  const why = 'Restored';
  expect((await post('/api/system/accept-generation', { why, generation: 'g0' })).status).toBe(409);
  const { status, body } = await post('/api/system/accept-generation', { why, generation: 'g1' });
  expect(status).toBe(200);
  expect(body).toMatchObject({ generation: { accepted: { id: 'g1' }, fault: null } });
});
