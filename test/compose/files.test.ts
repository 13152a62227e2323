import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt, type CommandResult } from '../../src/launcher/command.ts';
import { findTools } from './compose-tool.ts';

const ROOT = join(import.meta.dirname, '../..');
const UNITS = join(ROOT, 'compose/systemd');

let folder: string;
let tools: Awaited<ReturnType<typeof findTools>>;

beforeAll(async () => {
  tools = await findTools();
  folder = mkdtempSync(join(tmpdir(), 'ark-compose-'));
  cpSync(join(ROOT, 'compose'), folder, { recursive: true });
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true }));

async function config(env: string, files = ['compose.yaml'], ...rest: string[]): Promise<CommandResult> {
  writeFileSync(join(folder, '.env'), env);
  const named = files.flatMap((name) => ['--file', join(folder, name)]);
  const argv = [...tools.compose, '--project-directory', folder, ...named];
  return attempt([...argv, 'config', ...(rest.length > 0 ? rest : ['--quiet'])], {
    cwd: folder,
    timeoutMs: 30_000,
  });
}

test('the stack is valid with the settings of .env.example', async () => {
  expect(await config(readFileSync(join(folder, '.env.example'), 'utf8'))).toMatchObject({
    code: 0,
    stderr: '',
  });
});

test('the key for set-route is one more secret of the coordinator', async () => {
  const example = readFileSync(join(folder, '.env.example'), 'utf8');

  const { code, stdout } = await config(example, ['compose.yaml', 'ssh-key.yaml'], '--format', 'json');

  expect(code).toBe(0);
  const { services } = JSON.parse(stdout) as {
    services: Record<string, { environment: object; secrets: { source: string }[] }>;
  };
  expect(services['coordinator']?.environment).toMatchObject({
    ARK_SSH_KEY_FILE: '/run/secrets/ark_ssh_key',
    ARK_SECRET_FILE: '/run/secrets/ark_secret',
  });
  const sources = services['coordinator']?.secrets.map(({ source }) => source) ?? [];
  expect(sources).toEqual(expect.arrayContaining(['ark_ssh_key', 'ark_secret']));
});

test('a setting that is missing is named', async () => {
  const example = readFileSync(join(folder, '.env.example'), 'utf8');

  const { code, stderr } = await config(example.replace(/^ARK_JENKINS_URL=.*$/m, ''));

  expect(code).not.toBe(0);
  expect(stderr).toContain('ARK_JENKINS_URL');
});

test('hadolint finds nothing in the Dockerfile', async () => {
  const found = await attempt([tools.hadolint, join(ROOT, 'compose/Dockerfile')], { timeoutMs: 60_000 });

  expect(found).toEqual({ code: 0, stdout: '', stderr: '' });
}, 60_000);

/** The units with this checkout in place of /opt/ark-deploy, and a number for the proxy. */
function layUnits(): string[] {
  const target = join(folder, 'units');
  mkdirSync(target, { recursive: true });
  const dropIn = join(target, 'ark-coordinator.service.d');
  mkdirSync(dropIn, { recursive: true });
  cpSync(join(UNITS, 'ssh-key.conf'), join(dropIn, 'ssh-key.conf'));
  const names = readdirSync(UNITS).filter((name) => name.endsWith('.service'));
  return names.map((name) => {
    const text = readFileSync(join(UNITS, name), 'utf8').replaceAll('/opt/ark-deploy', ROOT);
    writeFileSync(join(target, name), text);
    const path = join(target, name.replace('@.', '@1.'));
    writeFileSync(path, text);
    return path;
  });
}

test('systemd takes every unit, and calls none of them exposed', async () => {
  const units = layUnits();

  const verified = await attempt(['systemd-analyze', 'verify', ...units], { timeoutMs: 60_000 });
  const judged = await Promise.all(
    units.map(async (unit) => {
      const argv = ['systemd-analyze', 'security', '--offline=true', '--threshold=20', '--no-pager', unit];
      return (await attempt(argv, { timeoutMs: 60_000 })).code;
    }),
  );

  expect(units).toHaveLength(4);
  expect(verified).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(judged).toEqual([0, 0, 0, 0]);
}, 60_000);

test('secrets are made once, for their owner alone', async () => {
  const secrets = join(folder, 'made');
  const make = async (): Promise<CommandResult> =>
    attempt(['sh', join(folder, 'make-secrets.sh'), secrets, '10001', 'redis:6379']);
  const read = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(secrets).map((name) => [name, readFileSync(join(secrets, name), 'utf8').trim()]),
    );

  const first = await make();
  const made = read();
  await make();

  expect(first.stderr).toContain('ark_jenkins_token');
  expect(read()).toEqual(made);
  expect(made).toEqual({
    ark_admin_token: expect.stringMatching(/^[0-9a-f]{64}$/),
    ark_secret: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
    ark_callback_keys: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    redis_url: expect.stringMatching(/^redis:\/\/:[0-9a-f]{64}@redis:6379$/),
  });
});
