import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAtomically, writeAtomically, writeAtomicallySync } from '../../src/platform/atomic-file.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ark-atomic-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const writers = {
  writeAtomically,
  createAtomically,
  writeAtomicallySync: async (path: string, text: string) => {
    writeAtomicallySync(path, text);
    return Promise.resolve();
  },
};

test.each(Object.entries(writers))('%s makes a file that only its owner reads', async (_name, write) => {
  const path = join(folder, 'new', 'state.json');

  await write(path, 'text');

  expect(await readFile(path, 'utf8')).toBe('text');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'new'))).mode & 0o777).toBe(0o700);
  expect(await readdir(join(folder, 'new'))).toEqual(['state.json']);
});

test.each([
  ['writeAtomically', writeAtomically],
  ['writeAtomicallySync', writers.writeAtomicallySync],
])('%s that fails leaves the old file and no draft', async (_name, write) => {
  const path = join(folder, 'taken');
  await write(join(path, 'inside'), 'a folder cannot be replaced by a file');

  await expect((async () => write(path, 'text'))()).rejects.toThrow();

  expect(await readdir(folder)).toEqual(['taken']);
  expect(await readdir(path)).toEqual(['inside']);
});

test('of many who create a file at once one wins, whole, and the others are told', async () => {
  const path = join(folder, 'state.json');

  const won = await Promise.all(['a', 'b', 'c', 'd'].map(async (text) => createAtomically(path, text)));

  expect(won.filter(Boolean)).toHaveLength(1);
  expect(await readFile(path, 'utf8')).toBe(['a', 'b', 'c', 'd'][won.indexOf(true)]);
  expect(await readdir(folder)).toEqual(['state.json']);
});
