import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  fingerprintOf,
  hostKeyLine,
  isSameKey,
  keyOfBlob,
  toHostKey,
  type HostKey,
} from '../../src/hosts/host-key.ts';
import { aHostKey } from './host-builder.ts';

/** Public line and fingerprint as ssh-keygen says them. */
function realKey(...kind: string[]): { line: string; fingerprint: string } {
  const folder = mkdtempSync(join(tmpdir(), 'ark-key-'));
  try {
    const path = join(folder, 'key');
    execFileSync('ssh-keygen', ['-q', '-N', '', '-C', 'a comment', '-f', path, ...kind]);
    const fingerprint =
      execFileSync('ssh-keygen', ['-l', '-f', path], { encoding: 'utf8' }).split(' ')[1] ?? '';
    return { line: readFileSync(`${path}.pub`, 'utf8'), fingerprint };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function must(line: string): HostKey {
  const key = toHostKey(line);
  if (key === undefined) throw new Error(`no key: ${line}`);
  return key;
}

test.each([
  ['ssh-ed25519', ['-t', 'ed25519']],
  ['ecdsa-sha2-nistp256', ['-t', 'ecdsa', '-b', '256']],
  ['ecdsa-sha2-nistp384', ['-t', 'ecdsa', '-b', '384']],
  ['ecdsa-sha2-nistp521', ['-t', 'ecdsa', '-b', '521']],
  ['ssh-rsa', ['-t', 'rsa', '-b', '2048']],
])('a real key of type %s is read, its fingerprint is that of ssh-keygen', (type, kind) => {
  const { line, fingerprint } = realKey(...kind);

  const key = must(line);

  expect(key.type).toBe(type);
  expect(hostKeyLine(key)).toBe(line.split(' ').slice(0, 2).join(' '));
  expect(fingerprintOf(key)).toBe(fingerprint);
});

test('an RSA key of 1024 bits is refused', () => {
  expect(toHostKey(realKey('-t', 'rsa', '-b', '1024').line)).toBeUndefined();
});

describe('a line is no host key when it', () => {
  const good = aHostKey();
  const base64 = good.split(' ')[1] ?? '';
  test.each([
    ['is empty', ''],
    ['has no key', 'ssh-ed25519'],
    ['has another type in front', `ssh-rsa ${base64}`],
    ['is a certificate', `ssh-ed25519-cert-v01@openssh.com ${base64}`],
    ['has a host in front', `100.64.10.11 ${good}`],
    ['has a marker in front', `@cert-authority * ${good}`],
    ['has options in front', `command="id" ${good}`],
    ['has two lines', `${good}\n${good}`],
    ['hides a line in the comment', `${good} a\nssh-rsa b`],
    ['has NUL in the comment', `${good} a\0b`],
    ['is cut', good.slice(0, -8)],
    [
      'is longer than the key',
      `ssh-ed25519 ${Buffer.concat([Buffer.from(base64, 'base64'), Buffer.from('xx')]).toString('base64')}`,
    ],
    ['is URL base64', good.replaceAll('A', '-')],
    ['is padded beyond its end', `${good}=`],
    ['is an option', '-oProxyCommand=id x'],
    ['is Jinja', `{{ 7*7 }} ${base64}`],
    ['is a prototype', `__proto__ ${base64}`],
    ['is very long', `${good} ${'x'.repeat(5000)}`],
  ])('%s', (_what, line) => {
    expect(toHostKey(line)).toBeUndefined();
  });
});

test('no bytes make the blob reader throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      keyOfBlob(Buffer.from(bytes));
    }),
  );
});

test('keys are the same when type and bytes are', () => {
  expect(isSameKey(must(aHostKey(1)), must(`${aHostKey(1)} other comment`))).toBe(true);
  expect(isSameKey(must(aHostKey(1)), must(aHostKey(2)))).toBe(false);
});
