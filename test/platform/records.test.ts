import { expect, test } from '@jest/globals';
import { parseRecord, Records } from '../../src/platform/records.ts';
import { redisForFile } from '../testbed/redis-for-file.ts';

const redis = redisForFile();

test('a record that others keep writing first ends in a conflict, and keeps what they wrote', async () => {
  const records = new Records(redis());
  await records.put({ key: 'record' }, 'theirs 0');
  let writes = 0;
  const overtaken = records.update('record', () => {
    writes += 1;
    void redis().set('record', `theirs ${String(writes)}`);
    return 'ours';
  });

  await expect(overtaken).rejects.toMatchObject({ code: 'conflict' });
  expect(await records.read('record')).toBe(`theirs ${String(writes)}`);
});

test('a record is added once, listed while it is there, and not written when nothing changes', async () => {
  const records = new Records(redis());
  const place = { key: 'host:a', index: { key: 'hosts', member: 'a', score: 7 } };

  expect([await records.add(place, 'one'), await records.add(place, 'two')]).toEqual([true, false]);
  expect(await records.update('host:a', () => undefined)).toBeUndefined();
  expect(await records.update('host:a', (stored) => `${String(stored)}!`)).toBe('one!');
  expect(await redis().zrange('hosts', '0', '-1', 'WITHSCORES')).toEqual(['a', '7']);
  expect([await records.remove(place), await records.remove(place)]).toEqual([true, false]);
  expect(await redis().zcard('hosts')).toBe(0);
});

test('a record that cannot be read is our fault, and named in the cause only', () => {
  const parse = () => parseRecord('host:a', '{"secret', (text) => JSON.parse(text) as unknown);

  expect(parse).toThrow(
    expect.objectContaining({
      code: 'internal',
      message: 'A stored record cannot be read',
      cause: expect.objectContaining({ message: 'record host:a' }),
    }),
  );
});
