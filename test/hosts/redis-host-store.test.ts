import { describe, expect, test } from '@jest/globals';
import type { HostId, HostRegistry } from '../../src/hosts/host.ts';
import { RedisHostStore } from '../../src/hosts/redis-host-store.ts';
import { redisForFile } from '../testbed/redis-for-file.ts';
import { aHost } from './host-builder.ts';
import { MemoryHostRegistry } from './memory-host-registry.ts';

const redis = redisForFile();
let count = 0;

describe.each([
  ['memory', (): HostRegistry => new MemoryHostRegistry()],
  ['Redis', (): HostRegistry => new RedisHostStore({ redis: redis(), prefix: `ark:{h${String(++count)}}:` })],
])('hosts in %s', (_name, open) => {
  test('come back as they were written, listed by id', async () => {
    const hosts = open();
    const [b, a] = [
      aHost({ id: 'b', clients: ['Ñandú & {{ 7*7 }}', '$(id)'] }),
      aHost({ id: 'a', cordoned: true }),
    ];

    await hosts.put(b);
    expect(await hosts.add(a)).toBe(true);

    expect(await hosts.get(b.id)).toEqual(b);
    expect(await hosts.list()).toEqual([a, b]);
  });

  test('are empty at first', async () => {
    expect(await open().list()).toEqual([]);
    expect(await open().get('none' as HostId)).toBeUndefined();
  });

  test('are added once', async () => {
    const hosts = open();

    const added = await Promise.all([hosts.add(aHost({ name: 'one' })), hosts.add(aHost({ name: 'two' }))]);

    expect(added.filter(Boolean)).toHaveLength(1);
    expect(await hosts.list()).toHaveLength(1);
  });

  test('put is repeatable and replaces', async () => {
    const hosts = open();

    await hosts.put(aHost());
    await hosts.put(aHost({ slots: 5 }));

    expect(await hosts.list()).toEqual([aHost({ slots: 5 })]);
  });

  test('keep both of two changes at the same time', async () => {
    const hosts = open();
    await hosts.put(aHost());

    await Promise.all([
      hosts.update(aHost().id, (before) => ({ ...before, cordoned: true })),
      hosts.update(aHost().id, (before) => ({ ...before, slots: 7 })),
    ]);

    expect(await hosts.get(aHost().id)).toEqual(aHost({ cordoned: true, slots: 7 }));
  });

  test('a change of a host that is not there makes none', async () => {
    const hosts = open();

    expect(await hosts.update('none' as HostId, (before) => before)).toBeUndefined();
    expect(await hosts.list()).toEqual([]);
  });

  test('are removed once', async () => {
    const hosts = open();
    await hosts.put(aHost());

    expect(await hosts.remove(aHost().id)).toBe(true);
    expect(await hosts.remove(aHost().id)).toBe(false);
    expect(await hosts.list()).toEqual([]);
  });
});

test.each([
  '',
  'x',
  '[]',
  '{"id":"odd"}',
  JSON.stringify({ ...aHost(), address: 'evil.example' }),
  JSON.stringify({ ...aHost(), slots: '2' }),
])('the record %j is an internal fault, not a guess', async (text) => {
  await redis().set('ark:{odd}:host:odd', text);

  const hosts = new RedisHostStore({ redis: redis(), prefix: 'ark:{odd}:' });

  await expect(hosts.get('odd' as HostId)).rejects.toMatchObject({ code: 'internal' });
});

test('the keys are host:<id> and the zset hosts', async () => {
  await new RedisHostStore({ redis: redis(), prefix: 'ark:{keys}:' }).put(aHost());

  expect((await redis().keys('ark:{keys}:*')).sort()).toEqual(['ark:{keys}:host:cl-a', 'ark:{keys}:hosts']);
  expect(await redis().zrange('ark:{keys}:hosts', '0', '-1', 'WITHSCORES')).toEqual([
    'cl-a',
    '1763790000000',
  ]);
});
