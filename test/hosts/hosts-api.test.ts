import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Express } from 'express';
import supertest from 'supertest';
import { createApiServer } from '../../src/http/api-server.ts';
import { type HostKey, toHostKey } from '../../src/hosts/host-key.ts';
import type { HostId } from '../../src/hosts/host.ts';
import { createHostsRouter } from '../../src/hosts/hosts-api.ts';
import { AppError } from '../../src/platform/errors.ts';
import { noLog } from '../../src/platform/logger.ts';
import { noMetrics } from '../../src/platform/metrics.ts';
import { Secret } from '../../src/platform/secret.ts';
import { aHost, aHostKey } from './host-builder.ts';
import { MemoryHostRegistry } from './memory-host-registry.ts';

const TOKEN = 'x'.repeat(32);
const ORDER = {
  host_id: 'cl-a',
  name: 'Client A',
  address: '100.64.10.11',
  host_key: `${aHostKey()} root@cl-a`,
};

let hosts: MemoryHostRegistry;
let app: Express;
/** What machines show, by `address:port`; others do not answer. */
let shown: Map<string, string>;
let asked: string[];
let inUse: boolean;

beforeEach(() => {
  hosts = new MemoryHostRegistry();
  shown = new Map([['100.64.10.11:22', aHostKey()]]);
  asked = [];
  inUse = false;
  const router = createHostsRouter({
    hosts,
    keys: {
      fetch: async ({ address, port }): Promise<HostKey> => {
        asked.push(`${address}:${String(port)}`);
        const key = toHostKey(shown.get(`${address}:${String(port)}`) ?? '');
        if (key === undefined) throw new AppError('host_unreachable', 'no answer');
        return Promise.resolve(key);
      },
    },
    isInUse: async () => Promise.resolve(inUse),
    loadOf: async () => Promise.resolve({ active: ['d-1'], waiting: [] }),
    clock: () => 1_763_790_000_000,
    defaultSlots: 2,
  });
  app = createApiServer({
    host: '127.0.0.1',
    port: 0,
    webDir: import.meta.dirname,
    bodyLimitBytes: 65_536,
    requestTimeoutMs: 5_000,
    appsUrl: 'http://127.0.0.1:1',
    trustedProxies: [],
    authentication: {
      adminToken: new Secret(TOKEN),
      sessions: { find: async () => Promise.resolve({ user: 'eva', role: 'operator' } as never) },
      pagesUrl: 'http://127.0.0.1:3000',
    },
    log: noLog,
    metrics: noMetrics,
    callbacks: [],
    routers: [{ at: '/api/hosts', router }],
  }).app;
});

function admin(method: 'get' | 'post' | 'patch' | 'delete', path: string): supertest.Test {
  return supertest(app)[method](path).set('authorization', `Bearer ${TOKEN}`);
}

describe('registering a host', () => {
  test('stores it with defaults when the machine shows the confirmed key', async () => {
    const answer = await admin('post', '/api/hosts').send(ORDER).expect(201);

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
    expect(await hosts.get('cl-a' as HostId)).toEqual(aHost());
  });

  test('is refused when the machine shows another key, with both fingerprints, also unchecked', async () => {
    shown.set('100.64.10.11:22', aHostKey(2));

    for (const unchecked of [false, true]) {
      const { body } = await admin('post', '/api/hosts').send({ ...ORDER, unchecked });

      expect(body.code).toBe('host_key_mismatch');
      expect(body.shown_fingerprint).not.toBe(body.confirmed_fingerprint);
    }
    expect(await hosts.list()).toEqual([]);
  });

  test('is refused when the machine does not answer, unless the admin takes the key on trust', async () => {
    shown.clear();

    expect((await admin('post', '/api/hosts').send(ORDER)).body.code).toBe('host_unreachable');
    expect(await hosts.list()).toEqual([]);
    await admin('post', '/api/hosts')
      .send({ ...ORDER, unchecked: true })
      .expect(201);
  });

  test('is refused for an id or an address that is there already', async () => {
    await hosts.put(aHost());

    await admin('post', '/api/hosts').send(ORDER).expect(409);
    await admin('post', '/api/hosts')
      .send({ ...ORDER, host_id: 'other' })
      .expect(409);
  });
});

describe('a registration is refused, and nobody is asked, with', () => {
  test.each<[string, string, unknown]>([
    ['an id that is an option', 'host_id', '-oProxyCommand=id'],
    ['an id in capitals', 'host_id', 'CL-A'],
    ['an id that climbs', 'host_id', '../x'],
    ['an id with two parts', 'host_id', 'a:active'],
    ['a number for an id', 'host_id', 7],
    ['an empty name', 'name', ''],
    ['a name of two lines', 'name', 'a\nb'],
    ['a name with an escape character', 'name', '\u001b[31m'],
    ['a name with NUL', 'name', 'a\0'],
    ['a long name', 'name', 'x'.repeat(81)],
    ['a list for a name', 'name', ['a']],
    ['a host name for an address', 'address', 'localhost'],
    ['this machine', 'address', '127.0.0.1'],
    ['this machine in IPv6', 'address', '::1'],
    ['the metadata service', 'address', '169.254.169.254'],
    ['this machine as IPv4 in IPv6', 'address', '::ffff:127.0.0.1'],
    ['no address', 'address', '0.0.0.0'],
    ['an address with variables of an inventory', 'address', '100.64.10.11 ansible_connection=local'],
    ['an address with a port', 'address', '100.64.10.11:22'],
    ['an address with a line break', 'address', '100.64.10.11\n'],
    ['an object for an address', 'address', { a: 1 }],
    ['a user that is an option', 'ssh_user', '-oProxyCommand=id'],
    ['a user with a host', 'ssh_user', 'a@b'],
    ['a user with blanks', 'ssh_user', 'ark ansible_become=yes'],
    ['a user with shell', 'ssh_user', '$(id)'],
    ['a user with Jinja', 'ssh_user', '{{ 7*7 }}'],
    ['a user in Unicode', 'ssh_user', 'ñandú'],
    ['a long user', 'ssh_user', 'x'.repeat(33)],
    ['port 0', 'ssh_port', 0],
    ['port 65536', 'ssh_port', 65_536],
    ['a text for a port', 'ssh_port', '22'],
    ['half a port', 'ssh_port', 22.5],
    ['no key', 'host_key', ''],
    ['a key with a host in front', 'host_key', `100.64.10.11 ${aHostKey()}`],
    ['a key with a second line', 'host_key', `${aHostKey()}\n* ${aHostKey(2)}`],
    ['a marked key', 'host_key', `@cert-authority ${aHostKey()}`],
    ['a text for sudo', 'sudo', 'yes'],
    ['a text for clients', 'clients', 'Acme'],
    ['a client of two lines', 'clients', ['a\nb']],
    ['a client twice', 'clients', ['a', 'a']],
    ['low ports', 'port_min', 80],
    ['ephemeral ports', 'port_max', 40_000],
    ['hardly any ports', 'port_max', 20_001],
    ['no slot', 'slots', 0],
    ['endless slots', 'slots', 1e9],
    ['an unknown field', 'ssh_args', '-oProxyCommand=id'],
    ['a text for trust', 'unchecked', 'true'],
  ])('%s', async (_what, field, value) => {
    const { body } = await admin('post', '/api/hosts')
      .send({ ...ORDER, [field]: value })
      .expect(400);

    expect(body.code).toBe('validation_failed');
    expect(body.errors[0].field.split('.')[0]).toBe(field);
    expect(asked).toEqual([]);
    expect(await hosts.list()).toEqual([]);
  });
});

test('clients keep any printable name as it is', async () => {
  const clients = ['Ñandú & Co', '{{ 7*7 }}', '$(id)', '${X}', '-oProxyCommand=x'];

  const { body } = await admin('post', '/api/hosts')
    .send({ ...ORDER, clients })
    .expect(201);

  expect(body.clients).toEqual(clients);
});

describe('a registered host', () => {
  beforeEach(async () => hosts.put(aHost()));

  test('is listed and shown', async () => {
    const { body } = await admin('get', '/api/hosts').expect(200);

    expect(body).toMatchObject({ total: 1, hosts: [{ host_id: 'cl-a', active: 1, waiting: 0, slots: 2 }] });
    expect((await admin('get', '/api/hosts/cl-a').expect(200)).body).toEqual(body.hosts[0]);
  });

  test.each(['none', '__proto__', 'a:b', '..%2Fx', '-o', 'CL-A'])('is not %s', async (id) => {
    expect((await admin('get', `/api/hosts/${id}`).expect(404)).body.code).toBe('host_not_found');
    expect((await admin('patch', `/api/hosts/${id}`).send({ slots: 1 }).expect(404)).body.code).toBe(
      'host_not_found',
    );
    expect((await admin('delete', `/api/hosts/${id}`).expect(404)).body.code).toBe('host_not_found');
  });

  test('is cordoned and changed without being asked for its key', async () => {
    await admin('patch', '/api/hosts/cl-a').send({ cordoned: true }).expect(200);
    const { body } = await admin('patch', '/api/hosts/cl-a')
      .send({ slots: 4, clients: ['Acme'] })
      .expect(200);

    expect(body).toMatchObject({ cordoned: true, slots: 4, clients: ['Acme'] });
    expect(asked).toEqual([]);
  });

  test('gets a new key only when it shows it', async () => {
    expect((await admin('patch', '/api/hosts/cl-a').send({ host_key: aHostKey(2) })).body.code).toBe(
      'host_key_mismatch',
    );
    expect(await hosts.get('cl-a' as HostId)).toEqual(aHost());

    shown.set('100.64.10.11:22', aHostKey(2));
    await admin('patch', '/api/hosts/cl-a')
      .send({ host_key: aHostKey(2) })
      .expect(200);
    expect(await hosts.get('cl-a' as HostId)).toEqual(aHost({ host_key: aHostKey(2) }));
  });

  test('gets another SSH port only when its key is shown there', async () => {
    expect((await admin('patch', '/api/hosts/cl-a').send({ ssh_port: 2222 })).body.code).toBe(
      'host_unreachable',
    );
    shown.set('100.64.10.11:2222', aHostKey());
    await admin('patch', '/api/hosts/cl-a').send({ ssh_port: 2222 }).expect(200);
  });

  test.each<[string, object]>([
    ['another address', { address: '100.64.10.12' }],
    ['another id', { host_id: 'x' }],
    ['nothing', {}],
    ['ports that end before they begin', { port_max: 19_000 }],
    ['a user that is an option', { ssh_user: '-oProxyCommand=id' }],
    ['a text for cordoned', { cordoned: 'true' }],
  ])('cannot be given %s', async (_what, change) => {
    await admin('patch', '/api/hosts/cl-a').send(change).expect(400);
    expect(await hosts.get('cl-a' as HostId)).toEqual(aHost());
  });

  test('is removed only when no instance lives there', async () => {
    inUse = true;
    expect((await admin('delete', '/api/hosts/cl-a').expect(409)).body.code).toBe('conflict');
    inUse = false;
    await admin('delete', '/api/hosts/cl-a').expect(204);
    expect(await hosts.list()).toEqual([]);
  });

  test('is checked: reachable, and with the pinned key', async () => {
    expect((await admin('post', '/api/hosts/cl-a/check').expect(200)).body).toMatchObject({
      reachable: true,
      key_matches: true,
    });

    shown.set('100.64.10.11:22', aHostKey(2));
    expect((await admin('post', '/api/hosts/cl-a/check')).body).toMatchObject({
      reachable: true,
      key_matches: false,
    });

    shown.clear();
    expect((await admin('post', '/api/hosts/cl-a/check')).body).toMatchObject({
      reachable: false,
      shown_fingerprint: null,
    });
  });
});

test('a key is fetched for an admin to compare, from addresses of other machines only', async () => {
  const { body } = await admin('post', '/api/hosts/fetch-key').send({ address: '100.64.10.11' }).expect(200);

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
    await admin('post', '/api/hosts/fetch-key').send({ address }).expect(400);
  }
  expect(asked).toEqual(['100.64.10.11:22']);
});

test('reading needs a sign-in; everything else is for administrators', async () => {
  const operator = { cookie: 'ark_session=abc', origin: 'http://127.0.0.1:3000' };

  await supertest(app).get('/api/hosts').expect(401);
  await supertest(app).get('/api/hosts').set('cookie', operator.cookie).expect(200);
  await supertest(app).post('/api/hosts').set(operator).send(ORDER).expect(403);
  await supertest(app)
    .post('/api/hosts/fetch-key')
    .set(operator)
    .send({ address: '100.64.10.11' })
    .expect(403);
  await supertest(app).post('/api/hosts/cl-a/check').set(operator).expect(403);
  await supertest(app).patch('/api/hosts/cl-a').set(operator).send({ slots: 1 }).expect(403);
  await supertest(app).delete('/api/hosts/cl-a').set(operator).expect(403);
  expect(asked).toEqual([]);
});
