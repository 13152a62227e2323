import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomicallySync } from '../platform/atomic-file.ts';
import { Secret } from '../platform/secret.ts';
import { run } from './command.ts';

/** What the parts of one installation share; made once, kept in files that only root reads. */
export interface LauncherSecrets {
  /** Base64 of 32 bytes. */
  readonly arkSecret: Secret;
  /** `whsec_<base64 of 32 bytes>`. */
  readonly callbackKey: Secret;
  readonly adminToken: Secret;
  readonly jenkinsToken: Secret;
  /** Of the local Jenkins' page. */
  readonly jenkinsPassword: Secret;
  readonly redisPassword: Secret;
  readonly sshPrivateKey: Secret;
  readonly sshPublicKey: string;
}

/** Reads the secrets below `dir`; makes those that are missing. */
export async function loadSecrets(dir: string, signal: AbortSignal): Promise<LauncherSecrets> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const kept = (name: string, make: () => string): Secret => {
    const path = join(dir, name);
    if (!existsSync(path)) writeAtomicallySync(path, `${make()}\n`);
    return new Secret(readFileSync(path, 'utf8').trim());
  };
  const keyPath = join(dir, 'id_ed25519');
  if (!existsSync(keyPath)) {
    await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'ark-deploy', '-f', keyPath], { signal });
  }
  return {
    arkSecret: kept('ark-secret', () => randomBytes(32).toString('base64')),
    callbackKey: kept('callback-key', () => `whsec_${randomBytes(32).toString('base64')}`),
    adminToken: kept('admin-token', () => `ark_${randomBytes(32).toString('base64url')}`),
    jenkinsToken: kept('jenkins-token', () => randomBytes(16).toString('hex')),
    jenkinsPassword: kept('jenkins-password', () => randomBytes(12).toString('base64url')),
    redisPassword: kept('redis-password', () => randomBytes(24).toString('hex')),
    sshPrivateKey: new Secret(readFileSync(keyPath, 'utf8')),
    sshPublicKey: readFileSync(`${keyPath}.pub`, 'utf8').trim(),
  };
}
