import { describe, expect, test } from '@jest/globals';
import { isJobName, type ProductSettingsStore } from '../../src/products/product-settings.ts';
import { RedisProductSettings } from '../../src/products/redis-product-settings.ts';
import { redisForFile } from '../testbed/redis-for-file.ts';
import { MemoryProductSettings } from './memory-product-settings.ts';

const PREFIX = 'ark:{products}:';
const redis = redisForFile();

const SETTINGS = {
  enabled: false,
  default_host: 'cl-a',
  deploy_jobs: { prod: 'clients/acme deploy', test: 'try' },
  destroy_job: 'remove',
};

describe.each([
  ['memory', (): ProductSettingsStore => new MemoryProductSettings()],
  ['Redis', (): ProductSettingsStore => new RedisProductSettings({ redis: redis(), prefix: PREFIX })],
])('product settings in %s', (_name, open) => {
  test('are the defaults until somebody changes them', async () => {
    expect(await open().get('never-seen')).toEqual({ enabled: true });
  });

  test('come back as they were written', async () => {
    const store = open();

    expect(await store.update('hello', () => SETTINGS)).toEqual(SETTINGS);

    expect(await store.get('hello')).toEqual(SETTINGS);
    expect(await store.getMany(['none', 'hello'])).toEqual([{ enabled: true }, SETTINGS]);
    expect(await store.getMany([])).toEqual([]);
  });

  test('keep both of two changes at the same time', async () => {
    const store = open();

    await Promise.all([
      store.update('busy', (before) => ({ ...before, default_host: 'cl-a' })),
      store.update('busy', (before) => ({ ...before, destroy_job: 'remove' })),
    ]);

    expect(await store.get('busy')).toEqual({ enabled: true, default_host: 'cl-a', destroy_job: 'remove' });
  });
});

test('a record in Redis that is not settings is an internal fault, not a guess', async () => {
  const store = new RedisProductSettings({ redis: redis(), prefix: PREFIX });
  for (const [index, text] of [
    '',
    'x',
    '[]',
    '{"enabled":1}',
    '{"enabled":true,"destroy_job":"../x"}',
  ].entries()) {
    await redis().set(`${PREFIX}product:odd-${String(index)}`, text);

    await expect(store.get(`odd-${String(index)}`)).rejects.toMatchObject({ code: 'internal' });
  }
});

test.each(['deploy', 'a/b/c', 'acme deploy', 'Ñandú-1.2', 'x'.repeat(100)])('%s is a job name', (name) => {
  expect(isJobName(name)).toBe(true);
});

test.each([
  '',
  '/',
  'a//b',
  '../a',
  'a/..',
  '.',
  ' a',
  'a ',
  'a\\b',
  'a\nb',
  'a\tb',
  'a\0',
  'a?x=1',
  'a#b',
  '%2e',
  '$(id)',
  '<b>',
  'x'.repeat(101),
  'a/'.repeat(11) + 'a',
])('%j is no job name', (name) => {
  expect(isJobName(name)).toBe(false);
});
