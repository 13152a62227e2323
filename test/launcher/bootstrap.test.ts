import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt, type CommandResult } from '../../src/launcher/command.ts';

const LAUNCHER = join(import.meta.dirname, '../../src/launcher');
const AS_NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--'];
let checkout = '';

/** A fresh checkout, as far as the bootstrap goes: no node_modules, no .ark. */
beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'ark-checkout-'));
  chmodSync(checkout, 0o755);
  const folder = join(checkout, 'src/launcher');
  cpSync(join(LAUNCHER, 'bootstrap.mjs'), join(folder, 'bootstrap.mjs'));
  cpSync(join(LAUNCHER, 'bootstrap'), join(folder, 'bootstrap'), { recursive: true });
});

afterAll(() => rmSync(checkout, { recursive: true, force: true }));

async function bootstrap(
  before: string[],
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<CommandResult> {
  const argv = [...before, process.execPath, join(checkout, 'src/launcher/bootstrap.mjs'), ...args];
  return attempt(argv, { env: { ...process.env, ...env }, timeoutMs: 20_000 });
}

test('without root it lists what to install, exits with 1 and leaves nothing', async () => {
  const { code, stderr } = await bootstrap(AS_NOBODY, ['start']);

  expect(code).toBe(1);
  expect(stderr).toMatch(/not root.*sudo/);
  for (const part of ['redis-server', 'nginx', 'OpenSSH', 'Docker', 'Compose', 'busybox-static', 'venv']) {
    expect(stderr).toContain(part);
  }
  expect(readdirSync(checkout)).toEqual(['src']);
});

test('on another system it says which one, exits with 1 and leaves nothing', async () => {
  const osRelease = join(checkout, 'src/os-release');
  writeFileSync(osRelease, 'PRETTY_NAME="Fedora Linux 42"\nID=fedora\n');

  const { code, stderr } = await bootstrap([], ['start'], { ARK_OS_RELEASE: osRelease });

  expect(code).toBe(1);
  expect(stderr).toContain('Fedora Linux 42, neither Debian nor Ubuntu');
  expect(stderr).not.toContain('not root');
  expect(readdirSync(checkout)).toEqual(['src']);
});

test('every fault is named at once', async () => {
  const { stderr } = await bootstrap(AS_NOBODY, ['test'], { ARK_OS_RELEASE: '/nowhere' });

  expect(stderr).toContain('not root');
  expect(stderr).toContain('the system is unknown');
});

test('a system derived from Debian counts as Debian', async () => {
  const osRelease = join(checkout, 'src/os-release');
  writeFileSync(osRelease, 'PRETTY_NAME="Linux Mint 22"\nID=linuxmint\nID_LIKE="ubuntu debian"\n');

  const { stderr } = await bootstrap(AS_NOBODY, ['start'], { ARK_OS_RELEASE: osRelease });

  expect(stderr).toContain('not root');
  expect(stderr).not.toContain('neither');
});

test('an unknown command gets the usage', async () => {
  const { code, stderr } = await bootstrap([], ['fly']);

  expect(code).toBe(1);
  expect(stderr).toContain('start|test|prepare');
});

test('a program that is run through gets our signals and gives its exit code', async () => {
  const module = join(LAUNCHER, 'bootstrap/run-through.mjs');
  const child =
    "process.once('SIGTERM', () => process.exit(7)); setInterval(() => 0, 1000); process.kill(process.ppid, 'SIGTERM')";
  const script = `import { runThrough } from ${JSON.stringify(module)};
    process.exitCode = await runThrough([process.execPath, '-e', ${JSON.stringify(child)}], '/');`;

  const { code } = await attempt([process.execPath, '--input-type=module', '-e', script], {
    timeoutMs: 15_000,
  });

  expect(code).toBe(7);
});
