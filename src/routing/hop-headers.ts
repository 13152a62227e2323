import type { HeaderPairs } from './header-pairs.ts';
import { tokensOf } from './header-pairs.ts';

/** Fields that belong to one connection and never travel on. Trailer and TE need a closer look by the caller. */
const FIXED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'upgrade',
]);

/** Names that the peer may not remove by listing them in Connection: without them the message changes its meaning. */
const NEVER_LISTED: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'te',
  'trailer',
  'cookie',
  'set-cookie',
  'authorization',
  'x-request-id',
]);

/** Whether a field (name in lower case) ends at this hop, given the whole message. */
export function hopByHop(pairs: HeaderPairs): (name: string) => boolean {
  const listed = new Set(tokensOf(pairs, 'connection'));
  return (name) => FIXED.has(name) || (listed.has(name) && !NEVER_LISTED.has(name) && !isForwarded(name));
}

/** Whether a name is a forwarded header that we manage; `X_Forwarded_For` counts, some servers fold it to `-`. */
export function isForwarded(name: string): boolean {
  const plain = name.replaceAll('_', '-');
  return plain.startsWith('x-forwarded-') || plain === 'forwarded' || plain === 'x-real-ip';
}
