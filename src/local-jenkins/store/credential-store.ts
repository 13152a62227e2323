import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Credential =
  | { kind: 'string'; secret: string }
  | { kind: 'sshUserPrivateKey'; username: string; private_key: string }
  | { kind: 'file'; name: string; content: string };

/** The credentials in `credentials/<id>.json`, read anew at each use. */
export class CredentialStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Undefined when there is none of this id and kind: Jenkins looks for both together. */
  find<K extends Credential['kind']>(id: string, kind: K): Extract<Credential, { kind: K }> | undefined {
    if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(id)) return undefined;
    try {
      const credential = JSON.parse(readFileSync(join(this.#folder, `${id}.json`), 'utf8')) as Credential;
      return credential.kind === kind ? (credential as Extract<Credential, { kind: K }>) : undefined;
    } catch {
      // no such file, or one that is no credential: the build says that it was not found
      return undefined;
    }
  }
}
