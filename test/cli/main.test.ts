import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { COMMANDS } from '../../src/cli/commands.ts';

const run = promisify(execFile);
const MAIN = join(__dirname, '../../src/cli/main.ts');

/** Nobody's installation: what is asked wrongly must be told before anything is called. */
const env = { PATH: process.env['PATH'], ARK_STATE_DIR: '/nonexistent' };
const ark = (...args: readonly string[]) => run('node', [MAIN, ...args], { env });

test.each([['help'], ['--help']])('%s names every command', async (...args) => {
  const { stdout } = await ark(...args);

  for (const name of Object.keys(COMMANDS)) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
});

test('each command tells its words and options', async () => {
  const { stdout } = await ark('set-route', '--help');

  expect(stdout).toContain('usage: npm run ark -- set-route INSTANCE CONTAINER --why TEXT [OPTIONS]');
  for (const option of ['--why TEXT', '--endpoint NAME', '--json', '-h, --help'])
    expect(stdout).toContain(option);
});

test.each<[string, readonly string[]]>([
  ['no command', []],
  ['an unknown command', ['nonsense']],
  ['the name of something that every object has', ['constructor']],
  ['a missing word', ['logs']],
  ['one word too many', ['keys', 'x']],
  ['an unknown option', ['keys', '--nonsense']],
  ['a missing reason', ['freeze']],
  ['an empty reason', ['freeze', '--why', '']],
  ['an instance and a product at once', ['deploy', 'hello', 'Acme', '--instance', 'acme-1']],
  ['a product without a client', ['deploy', 'hello']],
  ['an input without value', ['deploy', 'hello', 'Acme', '--input', 'title']],
  ['a new host for an instance', ['deploy', '--instance', 'acme-1', '--host', 'cl-a']],
  ['an end that is none', ['deploy', 'hello', 'Acme', '--expires-in', 'soon']],
  ['a timeout that is none', ['cancel', 'd-1', '--timeout', 'soon']],
  ['a limit out of range', ['instances', '--limit', '201']],
  ['a container id that is none', ['set-route', 'acme-1', 'web', '--why', 'x']],
])('%s is asked wrongly', async (_what, args) => {
  await expect(ark(...args)).rejects.toMatchObject({ code: 2, stdout: '' });
});

test('an unknown option is named, and nothing else is said about it', async () => {
  await expect(ark('instances', '--foo')).rejects.toMatchObject({
    stderr: expect.stringMatching(/^Unknown option '--foo'\n\nusage: /) as unknown,
  });
});

test('nothing that runs is said with words', async () => {
  const refused: unknown = await ark('sign-in').catch((error: unknown) => error);

  expect(refused).toMatchObject({ code: 4, stdout: '' });
  expect(String(refused)).toContain('Nothing runs here');
});
