import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig, type CoordinatorConfig } from '../../src/config/config.ts';

const SECRET = Buffer.alloc(32, 7).toString('base64');
const complete = {
  ARK_ADMIN_TOKEN: 'a'.repeat(40),
  ARK_CALLBACK_KEYS: `whsec_${SECRET}`,
  ARK_JENKINS_URL: 'http://127.0.0.1:8080/',
  ARK_JENKINS_USER: 'ark',
  ARK_JENKINS_TOKEN: 'hush-hush',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ark-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function fileWith(text: string): string {
  const path = join(folder, 'secret');
  writeFileSync(path, text);
  return path;
}

function errorOf(env: Record<string, string>): ConfigError {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('no fault found');
}

test('a secret is read from the file that its variable names, without the line break at the end', () => {
  const config = loadConfig({ ...complete, ARK_SECRET_FILE: fileWith(`${SECRET}\n`) }) as CoordinatorConfig;

  expect(config.access.secret.reveal()).toBe(SECRET);
  expect(config.unknownVariables).toEqual([]);
});

test('an empty variable leaves the file its say', () => {
  const env = { ...complete, ARK_SECRET: '', ARK_SECRET_FILE: fileWith(SECRET) };

  expect((loadConfig(env) as CoordinatorConfig).access.secret.reveal()).toBe(SECRET);
});

test('a secret that is given twice, lies nowhere or is empty is named, without its value', () => {
  const { faults } = errorOf({
    ...complete,
    ARK_SECRET_FILE: join(folder, 'missing'),
    ARK_ADMIN_TOKEN_FILE: fileWith('b'.repeat(40)),
    ARK_JENKINS_TOKEN: '',
    ARK_JENKINS_TOKEN_FILE: '/dev/null',
  });

  expect(faults).toEqual([
    'ARK_ADMIN_TOKEN and ARK_ADMIN_TOKEN_FILE must not both be given',
    'ARK_SECRET_FILE names a file that cannot be read',
    'ARK_JENKINS_TOKEN_FILE names an empty file',
  ]);
});

test('what a file holds follows the same rules, and a fault does not repeat it', () => {
  const { message } = errorOf({ ...complete, ARK_SECRET_FILE: fileWith('too short') });

  expect(message).toContain('ARK_SECRET must be 32 bytes in base64');
  expect(message).not.toContain('too short');
});

test('only secrets come from files', () => {
  const config = loadConfig({ ...complete, ARK_SECRET: SECRET, ARK_API_PORT_FILE: fileWith('1') });

  expect(config.unknownVariables).toEqual(['ARK_API_PORT_FILE']);
});
