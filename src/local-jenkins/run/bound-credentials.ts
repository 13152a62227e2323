import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Binding } from '../jenkinsfile/pipeline.ts';
import type { CredentialStore } from '../store/credential-store.ts';

export interface BoundCredentials {
  readonly variables: Readonly<Record<string, string>>;
  /** Hidden in the log while they are bound: values, and the paths of files (not their content, as observed). */
  readonly secrets: readonly string[];
  release(): void;
}

/** Thrown with the text that Jenkins puts into the log (observed). */
export class CredentialMissingError extends Error {}

/** Binds credentials for one withCredentials block; files lie in `temporary` until `release`. */
export function bindCredentials(
  bindings: readonly Binding[],
  store: CredentialStore,
  temporary: string,
): BoundCredentials {
  const files: string[] = [];
  const variables: Record<string, string> = {};
  const secrets: string[] = [];
  const release = (): void => {
    for (const file of files) rmSync(dirname(file), { recursive: true, force: true });
  };
  try {
    for (const binding of bindings) {
      const bound = bind(binding, store, (name, content) => {
        const path = writeSecretFile(temporary, name, content);
        files.push(path);
        return path;
      });
      Object.assign(variables, bound.variables);
      secrets.push(...bound.secrets);
    }
  } catch (error) {
    release();
    throw error;
  }
  return { variables, secrets, release };
}

function bind(
  binding: Binding,
  store: CredentialStore,
  write: (name: string, content: string) => string,
): { variables: Record<string, string>; secrets: string[] } {
  switch (binding.kind) {
    case 'string': {
      const { secret } = required(store.find(binding.credentialsId, 'string'), binding);
      return { variables: { [binding.variable]: secret }, secrets: [secret] };
    }
    case 'file': {
      const { name, content } = required(store.find(binding.credentialsId, 'file'), binding);
      const path = write(basename(name), content);
      return { variables: { [binding.variable]: path }, secrets: [path] };
    }
    case 'sshUserPrivateKey': {
      const { username, private_key } = required(
        store.find(binding.credentialsId, 'sshUserPrivateKey'),
        binding,
      );
      const path = write(`ssh-key-${binding.keyFileVariable}`, private_key);
      const user = binding.usernameVariable === undefined ? {} : { [binding.usernameVariable]: username };
      return { variables: { [binding.keyFileVariable]: path, ...user }, secrets: [path] };
    }
    default:
      return binding satisfies never;
  }
}

function required<T>(credential: T | undefined, { credentialsId }: Binding): T {
  if (credential !== undefined) return credential;
  throw new CredentialMissingError(`Could not find credentials entry with ID '${credentialsId}'`);
}

function writeSecretFile(temporary: string, name: string, content: string): string {
  const folder = join(temporary, 'secretFiles', randomUUID());
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, name === '' ? 'secret' : name);
  writeFileSync(path, content, { mode: 0o400 });
  return path;
}
