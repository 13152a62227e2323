import { createHash, timingSafeEqual } from 'node:crypto';

/** Of the bytes; of a text the UTF-8 bytes. */
export function sha256(content: string | Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}

/** Takes the same time wherever the two differ. Digests have the same length, so that also lengths stay unknown. */
export function isSame(one: string | Uint8Array, other: string | Uint8Array): boolean {
  return timingSafeEqual(sha256(one), sha256(other));
}
