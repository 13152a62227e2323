import type { HeaderPairs } from './header-pairs.ts';
import { valuesOf } from './header-pairs.ts';
import { isForwarded } from './hop-headers.ts';
import type { TrustedPeers } from './trusted-peers.ts';
import { plainAddress } from './trusted-peers.ts';

/** Where a request came from, after the claims of trusted proxies in front of us. */
export interface Origin {
  /** The address of the browser or program itself. */
  readonly clientIp: string;
  readonly proto: 'http' | 'https';
  /** Public host with port, as the client wrote it. */
  readonly host: string;
}

export interface ForwardedRequest {
  readonly pairs: HeaderPairs;
  /** Address of the TCP peer. */
  readonly peer: string | undefined;
  readonly host: string;
  readonly trusted: TrustedPeers;
}

const SAFE_PREFIX = /^(?:\/[A-Za-z0-9._~-]+)+$/;
const SAFE_HOST = /^[A-Za-z0-9._-]+(?::\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](?::\d{1,5})?$/;
/** Written anew on every request; what a trusted proxy said is part of the new value. */
const REPLACED = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port']);
const ALSO_REPLACED = new Set(['x-forwarded-prefix', 'x-real-ip', 'forwarded']);

/** Reads the origin (cases 29-33): a header of an untrusted peer counts for nothing. */
export function readOrigin({ pairs, peer, host, trusted }: ForwardedRequest): Origin {
  const address = plainAddress(peer);
  if (!trusted(address)) return { clientIp: address, proto: 'http', host };
  const proto = lastValue(pairs, 'x-forwarded-proto')?.toLowerCase();
  const claimedHost = lastValue(pairs, 'x-forwarded-host');
  return {
    clientIp: clientIp(forwardedFor(pairs), address, trusted),
    proto: proto === 'https' ? 'https' : 'http',
    host: claimedHost !== undefined && SAFE_HOST.test(claimedHost) ? claimedHost : host,
  };
}

/** Whether a forwarded header (name in lower case) is dropped: all of a stranger's, the ones that we write of a friend's. */
export function dropsForwarded(name: string, peerIsTrusted: boolean): boolean {
  if (!isForwarded(name)) return false;
  return !peerIsTrusted || name.includes('_') || REPLACED.has(name) || ALSO_REPLACED.has(name);
}

/** The forwarded headers that the target gets; `prefix` is what was cut from the path, undefined if nothing was. */
export function forwardedPairs(
  request: ForwardedRequest,
  origin: Origin,
  prefix: string | undefined,
): HeaderPairs {
  const { pairs, peer, trusted } = request;
  const address = plainAddress(peer);
  const before = trusted(address) ? forwardedFor(pairs) : [];
  const outer = trusted(address) ? (lastValue(pairs, 'x-forwarded-prefix') ?? '') : '';
  const whole = (SAFE_PREFIX.test(outer) ? outer : '') + (prefix ?? '');
  return [
    ['X-Forwarded-For', [...before, address].join(', ')],
    ['X-Forwarded-Proto', origin.proto],
    ['X-Forwarded-Host', origin.host],
    ['X-Forwarded-Port', portOf(origin)],
    ...(whole === '' ? [] : ([['X-Forwarded-Prefix', whole]] as const)),
    ['X-Real-IP', origin.clientIp],
  ];
}

function portOf({ host, proto }: Origin): string {
  return /:(\d+)$/.exec(host.replace(/^\[[^\]]*\]/, ''))?.[1] ?? (proto === 'https' ? '443' : '80');
}

function forwardedFor(pairs: HeaderPairs): readonly string[] {
  return valuesOf(pairs, 'x-forwarded-for')
    .flatMap((value) => value.split(','))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** The last address that is not one of ours; every entry before it may be invented. */
function clientIp(chain: readonly string[], peer: string, trusted: TrustedPeers): string {
  const foreign = chain.findLast((entry) => !trusted(entry));
  return foreign ?? chain[0] ?? peer;
}

function lastValue(pairs: HeaderPairs, name: string): string | undefined {
  return valuesOf(pairs, name).at(-1)?.split(',').at(-1)?.trim();
}
