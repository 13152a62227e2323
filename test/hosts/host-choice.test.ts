import { describe, expect, test } from '@jest/globals';
import { createHostChooser } from '../../src/hosts/host-chooser.ts';
import { chooseHost, type HostChoiceFacts, type HostWish } from '../../src/hosts/host-choice.ts';
import { aHost } from './host-builder.ts';
import { MemoryHostRegistry } from './memory-host-registry.ts';

const A = aHost({ id: 'a', address: '100.64.10.11' });
const B = aHost({ id: 'b', address: '100.64.10.12' });
const ACME = aHost({ id: 'acme', address: '100.64.10.13', clients: ['Acme Ñ'] });
const CORDONED = aHost({ id: 'c', address: '100.64.10.14', cordoned: true });

function choose(wish: Partial<HostWish>, facts: Partial<HostChoiceFacts> = {}): string {
  return chooseHost(
    { client_name: 'Zeta', ...wish },
    { hosts: [A, B, ACME, CORDONED], load: new Map(), ...facts },
  ).id;
}

function busy(active: number, waiting = 0): { active: { length: number }; waiting: { length: number } } {
  return { active: { length: active }, waiting: { length: waiting } };
}

describe('the host of a new instance is', () => {
  test('the one that the order names, before all else', () => {
    expect(choose({ host_id: 'b', client_name: 'Acme Ñ' }, { defaultHost: 'a', visitor: A.address })).toBe(
      'b',
    );
  });

  test.each([['b'], ['100.64.10.12'], ['::ffff:100.64.10.12']])(
    'the registered one that target_host %s selects',
    (target) => {
      expect(choose({ target_host: target })).toBe('b');
    },
  );

  test('the default of the product', () => {
    expect(choose({ client_name: 'Acme Ñ' }, { defaultHost: 'b', visitor: A.address })).toBe('b');
  });

  test('the client’s own, however the name is written', () => {
    expect(choose({ client_name: ' acme ñ ' }, { visitor: A.address })).toBe('acme');
    expect(choose({ client_name: 'ACME N\u0303' })).toBe('acme');
  });

  test('the one that the visitor sits at', () => {
    expect(choose({}, { visitor: '::ffff:100.64.10.12' })).toBe('b');
  });

  test('the least loaded one, counted by slot', () => {
    expect(
      choose(
        {},
        {
          load: new Map([
            ['a', busy(2)],
            ['b', busy(1)],
          ]),
        },
      ),
    ).toBe('b');
    const wide = { ...A, slots: 10 };
    expect(
      choose(
        {},
        {
          hosts: [wide, B],
          load: new Map([
            ['a', busy(2, 1)],
            ['b', busy(1)],
          ]),
        },
      ),
    ).toBe('a');
  });

  test('the first by id when all are idle', () => {
    expect(choose({}, { hosts: [B, A] })).toBe('a');
  });

  test('never another client’s, also when the visitor sits there', () => {
    expect(() => choose({}, { hosts: [ACME], visitor: ACME.address })).toThrow(
      expect.objectContaining({
        code: 'host_required',
        details: { choices: [{ host_id: 'acme', name: 'Client A' }] },
      }),
    );
  });

  test('never a cordoned one', () => {
    expect(choose({}, { defaultHost: 'c', visitor: CORDONED.address })).toBe('a');
    expect(() => choose({ host_id: 'c' })).toThrow(expect.objectContaining({ code: 'conflict' }));
    expect(() => choose({ target_host: CORDONED.address })).toThrow(
      expect.objectContaining({ code: 'conflict' }),
    );
  });
});

test('without any host the order is told that it needs one', () => {
  expect(() => choose({}, { hosts: [] })).toThrow(
    expect.objectContaining({ code: 'host_required', details: { choices: [] } }),
  );
});

test.each([
  ['no host', [], 'No host is registered'],
  ['cordoned hosts only', [CORDONED], 'Every host is cordoned and takes no new instance: c'],
  [
    'another client’s and a cordoned one',
    [ACME, CORDONED],
    'No host can be chosen for this instance; name one; cordoned: c',
  ],
])('with %s the order is told why none is taken', (_what, hosts, message) => {
  expect(() => choose({}, { hosts })).toThrow(expect.objectContaining({ code: 'host_required', message }));
});

test.each([
  'nowhere',
  '203.0.113.9',
  'evil.example',
  '-oProxyCommand=x',
  '$(id)',
  '{{ 7*7 }}',
  '__proto__',
  '',
])('target_host %j selects a registered host or nothing', (target) => {
  expect(() => choose({ target_host: target })).toThrow(expect.objectContaining({ code: 'host_not_found' }));
  expect(() => choose({ host_id: target })).toThrow(expect.objectContaining({ code: 'host_not_found' }));
});

test('host_id and target_host that disagree are refused', () => {
  expect(() => choose({ host_id: 'a', target_host: 'b' })).toThrow(
    expect.objectContaining({ code: 'conflict' }),
  );
  expect(choose({ host_id: 'a', target_host: A.address })).toBe('a');
});

describe('the chooser', () => {
  async function chooser(settings: { enabled: boolean; default_host?: string }) {
    const hosts = new MemoryHostRegistry();
    for (const host of [A, B]) await hosts.put(host);
    const loadOf = async (id: string) => Promise.resolve(busy(id === 'a' ? 1 : 0));
    return createHostChooser({ hosts, loadOf, productSettings: async () => Promise.resolve(settings) });
  }
  const order = { product_id: 'hello', client_name: 'Zeta' };

  test('reads hosts, load and the product’s default', async () => {
    expect((await (await chooser({ enabled: true }))(order)).id).toBe('b');
    expect((await (await chooser({ enabled: true, default_host: 'a' }))(order)).id).toBe('a');
  });

  test('refuses a product that is switched off', async () => {
    await expect((await chooser({ enabled: false }))(order)).rejects.toMatchObject({ code: 'conflict' });
  });
});
