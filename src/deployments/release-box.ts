import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { sha256 } from '../platform/digest.ts';
import type { Secret } from '../platform/secret.ts';
import type { Release } from './release.ts';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Keeps releases unreadable at rest, for the secret inputs in them: AES-256-GCM with a key from ARK_SECRET. */
export class ReleaseBox {
  readonly #key: Buffer;

  constructor(secret: Secret) {
    this.#key = sha256(`release-box|${secret.reveal()}`);
  }

  seal(release: Release): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, iv);
    const body = Buffer.concat([cipher.update(JSON.stringify(release), 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64');
  }

  /** Throws when it was sealed with another ARK_SECRET or changed since. */
  open(sealed: string): Release {
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, IV_BYTES));
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const body = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    return JSON.parse(body.toString('utf8')) as Release;
  }
}
