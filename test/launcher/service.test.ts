import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify, isAlive } from '../../src/launcher/process-identity.ts';
import { ProcessBook } from '../../src/launcher/process-book.ts';
import { Service, type ServiceDefinition } from '../../src/launcher/service.ts';
import { attempt } from '../../src/launcher/command.ts';
import { pollUntil } from '../../src/platform/polling.ts';

const signal = AbortSignal.timeout(60_000);
let dir = '';
let said: string[] = [];
let givenUp: string[] = [];
let book: ProcessBook;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ark-service-'));
  said = [];
  givenUp = [];
  book = await ProcessBook.take(join(dir, 'processes.json'), { say: (line) => said.push(line), signal });
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function aService(fields: Partial<ServiceDefinition>): Service {
  const isReady = async (): Promise<boolean> => Promise.resolve(true);
  const base = {
    name: 'sleeper',
    argv: ['sleep', '1000'],
    logPath: join(dir, 'log'),
    mark: 'sleep',
    isReady,
  };
  const around = {
    book,
    say: (line: string) => said.push(line),
    onGivenUp: (name: string) => givenUp.push(name),
  };
  return new Service({ ...base, ...fields }, around);
}

async function until(isSo: () => boolean): Promise<void> {
  const check = async (): Promise<true | undefined> => Promise.resolve(isSo() ? true : undefined);
  expect(await pollUntil(check, { everyMs: 10, timeoutMs: 10_000, signal })).toBe(true);
}

test('a part that dies is started again, and that is said', async () => {
  const service = aService({});
  await service.start(signal);
  const first = service.pid;

  process.kill(first, 'SIGKILL');
  await until(() => service.pid !== first && identify(service.pid) !== undefined);

  expect(said).toEqual(['sleeper ended (signal SIGKILL); starting it again']);
  await service.stop();
});

test('a stopped part stays down', async () => {
  const service = aService({});
  await service.start(signal);
  const identity = identify(service.pid);

  await service.stop();

  expect(identity !== undefined && isAlive(identity)).toBe(false);
  expect(said).toEqual([]);
});

test('a part that ends before it is ready fails the start with its last words', async () => {
  const service = aService({
    argv: ['sh', '-c', 'echo no such port >&2; exit 3'],
    isReady: async () => Promise.resolve(false),
  });

  await expect(service.start(signal)).rejects.toThrow(/sleeper ended \(exit code 3\): no such port/);
});

test('a part that ignores SIGTERM is killed after its grace, with what it started', async () => {
  const script = 'trap "" TERM; sleep 1000 & echo $! > child; wait; sleep 1000';
  const isReady = async (): Promise<boolean> => Promise.resolve(readText(join(dir, 'child')).endsWith('\n'));
  const service = aService({ argv: ['bash', '-c', script], cwd: dir, stopGraceMs: 100, isReady });
  await service.start(signal);
  const child = identify(Number(readText(join(dir, 'child'))));

  await service.stop();

  await until(() => child !== undefined && !isAlive(child));
});

test('a part dies with its launcher', async () => {
  const module = join(import.meta.dirname, '../../src/launcher/owned-process.ts');
  const script = `import { spawnOwned } from ${JSON.stringify(module)};
    const owned = spawnOwned({ argv: ['sleep', '1000'], logPath: ${JSON.stringify(join(dir, 'owned.log'))} });
    setTimeout(() => process.stdout.write(String(owned.pid), () => process.kill(process.pid, 'SIGKILL')), 300);`;
  const node = join(import.meta.dirname, '../../node_modules/.bin/node');

  const { stdout } = await attempt([node, '--input-type=module', '-e', script]);

  expect(Number(stdout)).toBeGreaterThan(1);
  await until(() => identify(Number(stdout)) === undefined);
});

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
