import { beforeEach, describe, expect, test } from '@jest/globals';
import supertest from 'supertest';
import type { HostId } from '../../src/hosts/host.ts';
import { aHost, aHostKey } from './host-builder.ts';
import { HostsBench, ORDER } from './hosts-bench.ts';

let bench: HostsBench;

beforeEach(() => {
  bench = new HostsBench();
});

describe('registering a host', () => {
  test('stores it with defaults when the machine shows the confirmed key', async () => {
    const answer = await bench.admin('post', '/api/hosts').send(ORDER).expect(201);

    expect(answer.headers['location']).toBe('/api/hosts/cl-a');
    expect(answer.body).toEqual({
      host_id: 'cl-a',
      name: 'Client A',
      address: '100.64.10.11',
      ssh_port: 22,
      ssh_user: 'ark',
      sudo: false,
      clients: [],
      port_min: 20_000,
      port_max: 29_999,
      slots: 2,
      cordoned: false,
      host_key_type: 'ssh-ed25519',
      host_key_fingerprint: expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/),
      active: 1,
      waiting: 0,
      created_at: '2025-11-22T05:40:00.000Z',
    });
    expect(await bench.hosts.get('cl-a' as HostId)).toEqual(aHost());
  });

  test('is refused when the machine shows another key, with both fingerprints, also unchecked', async () => {
    bench.shown.set('100.64.10.11:22', aHostKey(2));

    for (const unchecked of [false, true]) {
      const { body } = await bench.admin('post', '/api/hosts').send({ ...ORDER, unchecked });

      expect(body.code).toBe('host_key_mismatch');
      expect(body.shown_fingerprint).not.toBe(body.confirmed_fingerprint);
    }
    expect(await bench.hosts.list()).toEqual([]);
  });

  test('is refused when the machine does not answer, unless the admin takes the key on trust', async () => {
    bench.shown.clear();

    expect((await bench.admin('post', '/api/hosts').send(ORDER)).body.code).toBe('host_unreachable');
    expect(await bench.hosts.list()).toEqual([]);
    await bench
      .admin('post', '/api/hosts')
      .send({ ...ORDER, unchecked: true })
      .expect(201);
  });

  test('is refused for an id or an address that is there already', async () => {
    await bench.hosts.put(aHost());

    await bench.admin('post', '/api/hosts').send(ORDER).expect(409);
    await bench
      .admin('post', '/api/hosts')
      .send({ ...ORDER, host_id: 'other' })
      .expect(409);
  });
});

test('clients keep any printable name as it is', async () => {
  const clients = ['Ñandú & Co', '{{ 7*7 }}', '$(id)', '${X}', '-oProxyCommand=x'];

  const { body } = await bench
    .admin('post', '/api/hosts')
    .send({ ...ORDER, clients })
    .expect(201);

  expect(body.clients).toEqual(clients);
});

describe('a registered host', () => {
  beforeEach(async () => bench.hosts.put(aHost()));

  test('is listed and shown', async () => {
    const { body } = await bench.admin('get', '/api/hosts').expect(200);

    expect(body).toMatchObject({ total: 1, hosts: [{ host_id: 'cl-a', active: 1, waiting: 0, slots: 2 }] });
    expect((await bench.admin('get', '/api/hosts/cl-a').expect(200)).body).toEqual(body.hosts[0]);
  });

  test.each(['none', '__proto__', 'a:b', '..%2Fx', '-o', 'CL-A'])('is not %s', async (id) => {
    expect((await bench.admin('get', `/api/hosts/${id}`).expect(404)).body.code).toBe('host_not_found');
    expect((await bench.admin('patch', `/api/hosts/${id}`).send({ slots: 1 }).expect(404)).body.code).toBe(
      'host_not_found',
    );
    expect((await bench.admin('delete', `/api/hosts/${id}`).expect(404)).body.code).toBe('host_not_found');
  });

  test('is cordoned and changed without being asked for its key', async () => {
    await bench.admin('post', '/api/hosts/cl-a/cordon').send({ why: 'a new disk' }).expect(200);
    const { body } = await bench
      .admin('patch', '/api/hosts/cl-a')
      .send({ slots: 4, clients: ['Acme'] })
      .expect(200);

    expect(body).toMatchObject({ cordoned: true, slots: 4, clients: ['Acme'] });
    expect(bench.asked).toEqual([]);
  });

  test('gets a new key only when it shows it', async () => {
    expect((await bench.admin('patch', '/api/hosts/cl-a').send({ host_key: aHostKey(2) })).body.code).toBe(
      'host_key_mismatch',
    );
    expect(await bench.hosts.get('cl-a' as HostId)).toEqual(aHost());

    bench.shown.set('100.64.10.11:22', aHostKey(2));
    await bench
      .admin('patch', '/api/hosts/cl-a')
      .send({ host_key: aHostKey(2) })
      .expect(200);
    expect(await bench.hosts.get('cl-a' as HostId)).toEqual(aHost({ host_key: aHostKey(2) }));
  });

  test('gets another SSH port only when its key is shown there', async () => {
    expect((await bench.admin('patch', '/api/hosts/cl-a').send({ ssh_port: 2222 })).body.code).toBe(
      'host_unreachable',
    );
    bench.shown.set('100.64.10.11:2222', aHostKey());
    await bench.admin('patch', '/api/hosts/cl-a').send({ ssh_port: 2222 }).expect(200);
  });

  test.each<[string, object]>([
    ['another address', { address: '100.64.10.12' }],
    ['another id', { host_id: 'x' }],
    ['nothing', {}],
    ['ports that end before they begin', { port_max: 19_000 }],
    ['a user that is an option', { ssh_user: '-oProxyCommand=id' }],
    ['a cordon without a reason', { cordoned: true }],
  ])('cannot be given %s', async (_what, change) => {
    await bench.admin('patch', '/api/hosts/cl-a').send(change).expect(400);
    expect(await bench.hosts.get('cl-a' as HostId)).toEqual(aHost());
  });

  test('is removed only when no instance lives there', async () => {
    bench.inUse = true;
    expect((await bench.admin('delete', '/api/hosts/cl-a').expect(409)).body.code).toBe('conflict');
    bench.inUse = false;
    await bench.admin('delete', '/api/hosts/cl-a').expect(204);
    expect(await bench.hosts.list()).toEqual([]);
  });

  test('is checked: reachable, and with the pinned key', async () => {
    expect((await bench.admin('post', '/api/hosts/cl-a/check').expect(200)).body).toMatchObject({
      reachable: true,
      key_matches: true,
    });

    bench.shown.set('100.64.10.11:22', aHostKey(2));
    expect((await bench.admin('post', '/api/hosts/cl-a/check')).body).toMatchObject({
      reachable: true,
      key_matches: false,
    });

    bench.shown.clear();
    expect((await bench.admin('post', '/api/hosts/cl-a/check')).body).toMatchObject({
      reachable: false,
      shown_fingerprint: null,
    });
  });
});

test('a key is fetched for an admin to compare, from addresses of other machines only', async () => {
  const { body } = await bench
    .admin('post', '/api/host-keys/fetch')
    .send({ address: '100.64.10.11' })
    .expect(200);

  expect(body).toMatchObject({
    address: '100.64.10.11',
    ssh_port: 22,
    host_key: aHostKey(),
    host_key_type: 'ssh-ed25519',
  });
  for (const address of [
    '127.0.0.1',
    '::1',
    '169.254.169.254',
    '0.0.0.0',
    '::ffff:10.0.0.1',
    'localhost',
    '-oProxyCommand=x',
    '$(id)',
  ]) {
    await bench.admin('post', '/api/host-keys/fetch').send({ address }).expect(400);
  }
  expect(bench.asked).toEqual(['100.64.10.11:22']);
});

test('reading needs a sign-in; everything else is for administrators', async () => {
  const operator = { cookie: 'ark_session=abc', origin: 'http://127.0.0.1:3000' };

  await supertest(bench.app).get('/api/hosts').expect(401);
  await supertest(bench.app).get('/api/hosts').set('cookie', operator.cookie).expect(200);
  await supertest(bench.app).post('/api/hosts').set(operator).send(ORDER).expect(403);
  await supertest(bench.app)
    .post('/api/host-keys/fetch')
    .set(operator)
    .send({ address: '100.64.10.11' })
    .expect(403);
  await supertest(bench.app).post('/api/hosts/cl-a/check').set(operator).expect(403);
  await supertest(bench.app).patch('/api/hosts/cl-a').set(operator).send({ slots: 1 }).expect(403);
  await supertest(bench.app).delete('/api/hosts/cl-a').set(operator).expect(403);
  expect(bench.asked).toEqual([]);
});
