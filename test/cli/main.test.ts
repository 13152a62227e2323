import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const run = promisify(execFile);
const MAIN = join(__dirname, '../../src/cli/main.ts');

test.each([['help'], ['--help'], ['sign-in', '--help']])('%j prints the usage', async (...args) => {
  const { stdout } = await run('node', [MAIN, ...args]);

  expect(stdout).toContain('usage: npm run ark -- COMMAND');
});

test.each([['nonsense'], []])('the command %s is asked wrongly', async (...args) => {
  await expect(run('node', [MAIN, ...args])).rejects.toMatchObject({ code: 2 });
});

test('nothing that runs is said with words', async () => {
  const env = { ...process.env, ARK_STATE_DIR: '/nonexistent', ARK_PAGES_URL: undefined };
  const refused: unknown = await run('node', [MAIN, 'sign-in'], { env }).catch((error: unknown) => error);

  expect(refused).toMatchObject({ code: 1 });
  expect(String(refused)).toContain('Nothing runs here');
});
