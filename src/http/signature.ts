import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isSame, sha256 } from '../platform/digest.ts';
import { AppError } from '../platform/errors.ts';
import type { Secret } from '../platform/secret.ts';

/** Standard Webhooks: a message is believed for five minutes around its time. */
const TOLERANCE_S = 300;

/** A key that jobs sign with; its text form is `whsec_<base64 of 32 bytes>`. */
export class CallbackKey {
  /** First 8 hexadecimal digits of the SHA-256 of the bytes. */
  readonly id: string;
  readonly #bytes: Buffer;

  constructor(text: Secret) {
    this.#bytes = Buffer.from(text.reveal().replace(/^whsec_/, ''), 'base64');
    this.id = sha256(this.#bytes).toString('hex').slice(0, 8);
  }

  /** Base64 of the HMAC-SHA256. */
  sign(parts: readonly (string | Uint8Array)[]): string {
    const hmac = createHmac('sha256', this.#bytes);
    for (const part of parts) hmac.update(part);
    return hmac.digest('base64');
  }
}

export interface SignatureRules {
  readonly keys: readonly CallbackKey[];
  /** Ids whose holders are told to stop, also when the key is still among `keys`. */
  readonly revokedIds: readonly string[];
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export interface SignedMessage {
  readonly webhookId: string;
  /** The key that signed it: the answer is signed with the same one. */
  readonly key: CallbackKey;
}

/**
 * Checks a callback before anything of it is parsed (Standard Webhooks, on the raw bytes, in constant time).
 * Throws `signature_invalid`, `callback_expired` or `callback_key_revoked`.
 */
export function verifySignature(
  { headers, body }: { readonly headers: IncomingHttpHeaders; readonly body: Uint8Array },
  { keys, revokedIds, clock }: SignatureRules,
): SignedMessage {
  const webhookId = one(headers, 'webhook-id', /^[\x21-\x2d\x2f-\x7e]{1,100}$/);
  const timestamp = one(headers, 'webhook-timestamp', /^\d{1,12}$/);
  const signatures = one(headers, 'webhook-signature', /^[\x20-\x7e]{1,1000}$/).split(' ');
  const keyId = headers['x-key-id'];
  if (typeof keyId === 'string' && revokedIds.includes(keyId)) throw revoked();
  const named = keys.filter((key) => keyId === undefined || key.id === keyId);
  const signer = named.find((key) => isSignedBy(key, [`${webhookId}.${timestamp}.`, body], signatures));
  if (signer === undefined) throw invalid('The callback is not signed with a key that is known here');
  if (revokedIds.includes(signer.id)) throw revoked();
  if (Math.abs(clock() / 1_000 - Number(timestamp)) > TOLERANCE_S) {
    throw new AppError(
      'callback_expired',
      'The time of the callback is more than five minutes away from ours',
    );
  }
  return { webhookId, key: signer };
}

function one(headers: IncomingHttpHeaders, name: string, form: RegExp): string {
  const value = headers[name];
  if (typeof value !== 'string' || !form.test(value))
    throw invalid(`The callback has no valid ${name} header`);
  return value;
}

function isSignedBy(
  key: CallbackKey,
  parts: readonly (string | Uint8Array)[],
  signatures: readonly string[],
): boolean {
  const expected = `v1,${key.sign(parts)}`;
  return signatures.some((given) => isSame(given, expected));
}

function invalid(message: string): AppError {
  return new AppError('signature_invalid', message);
}

function revoked(): AppError {
  return new AppError('callback_key_revoked', 'The key of this callback is revoked');
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Headers that let the job believe our answer: signed with the key of its request, over status and body. */
export function signAnswer(
  { webhookId, key }: SignedMessage,
  { status, body }: Answer,
  clock: () => number,
): Record<string, string> {
  const timestamp = String(Math.floor(clock() / 1_000));
  const signature = key.sign([`answer.${webhookId}.${timestamp}.${String(status)}.`, body]);
  return { 'webhook-id': webhookId, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
