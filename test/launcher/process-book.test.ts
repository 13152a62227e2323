import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessBook } from '../../src/launcher/process-book.ts';

const signal = AbortSignal.timeout(60_000);
let dir = '';
let path = '';
let said: string[] = [];
let sleeper: ChildProcess;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ark-book-'));
  path = join(dir, 'processes.json');
  said = [];
  sleeper = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  await once(sleeper, 'spawn');
});

afterEach(() => {
  sleeper.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

async function take(): Promise<ProcessBook> {
  return ProcessBook.take(path, { say: (line) => said.push(line), signal });
}

/** As if the launcher that wrote it had been killed. */
function orphan(change: (file: { owner: object; boot: string }) => void = () => undefined): void {
  const file = JSON.parse(readFileSync(path, 'utf8')) as { owner: object; boot: string };
  file.owner = { pid: 1_999_999, start: '1' };
  change(file);
  writeFileSync(path, JSON.stringify(file));
}

test('a second launcher on one state is refused with the number of the first', async () => {
  const book = await take();

  await expect(take()).rejects.toThrow(`It runs already, as process ${String(process.pid)}`);

  book.close();
  expect(existsSync(path)).toBe(false);
});

test('what a killed launcher left is ended by the next', async () => {
  (await take()).record('sleeper', sleeper.pid ?? 0, 'sleep');
  orphan();
  const ended = once(sleeper, 'exit');

  await take();

  expect(await ended).toEqual([null, 'SIGTERM']);
  expect(said).toEqual([`Ending sleeper of an earlier start (process ${String(sleeper.pid)})`]);
});

test.each([
  ['whose command line is another', { mark: 'redis-server' }],
  ['that started at another time', { mark: 'sleep', start: '17' }],
])('a process %s is left alone', async (_, change) => {
  (await take()).record('sleeper', sleeper.pid ?? 0, 'sleep');
  orphan((file) => Object.assign((file as unknown as { entries: object[] }).entries[0] ?? {}, change));

  await take();

  expect(sleeper.exitCode).toBeNull();
  expect(said).toEqual([]);
});

test('numbers of an earlier boot mean nothing', async () => {
  (await take()).record('sleeper', sleeper.pid ?? 0, 'sleep');
  orphan((file) => (file.boot = 'another'));

  await take();

  expect(sleeper.exitCode).toBeNull();
});
