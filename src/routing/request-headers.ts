import type { ErrorCode } from '../platform/errors.ts';
import { destinationForTarget } from './url-headers.ts';
import type { ForwardedRequest, Origin } from './forwarded-headers.ts';
import { dropsForwarded, forwardedPairs } from './forwarded-headers.ts';
import type { HeaderPairs } from './header-pairs.ts';
import { tokensOf, valuesOf } from './header-pairs.ts';
import { hopByHop } from './hop-headers.ts';
import { cookieForTarget, isPlatformAuthorization } from './platform-credentials.ts';
import type { EndpointId } from './route.ts';

export interface RequestHeadersInput extends ForwardedRequest {
  readonly endpoint: EndpointId;
  /** What was cut from the path: `/instances/<endpoint>`. */
  readonly prefix: string;
  readonly origin: Origin;
  readonly requestId: string;
  /** A WebSocket handshake: Connection and Upgrade are written anew. */
  readonly isUpgrade: boolean;
}

/** Counts how often a request passed a proxy of ours: a route that leads back to us would circle for ever. */
const HOPS_HEADER = 'X-Ark-Hops';
const MOST_HOPS = 3;

/** What a request's headers make impossible; undefined when they are in order (cases 37, 44, 46, 47, 52). */
export function headerFault(pairs: HeaderPairs): ErrorCode | undefined {
  if (valuesOf(pairs, 'host').length > 1 || valuesOf(pairs, 'authorization').length > 1)
    return 'malformed_request';
  if (valuesOf(pairs, 'content-length').length > 1) return 'malformed_request';
  const codings = tokensOf(pairs, 'transfer-encoding');
  if (codings.length > 0 && codings.at(-1) !== 'chunked') return 'malformed_request';
  if (codings.length > 1) return 'framing_unsupported';
  const expectations = tokensOf(pairs, 'expect');
  if (expectations.some((expectation) => expectation !== '100-continue')) return 'expectation_failed';
  if (hops(pairs) > MOST_HOPS) return 'loop_detected';
  return undefined;
}

/** The header fields that the target gets, in order (rule R3, cases 29-49). */
export function requestHeaders(input: RequestHeadersInput): HeaderPairs {
  const { pairs, endpoint, prefix, origin, requestId, isUpgrade } = input;
  const endsHere = hopByHop(pairs);
  const peerIsTrusted = input.trusted(input.peer);
  const isChunked = tokensOf(pairs, 'transfer-encoding').length > 0;
  const kept = pairs.flatMap(([name, value]): HeaderPairs => {
    const lower = name.toLowerCase();
    if (endsHere(lower) || dropsForwarded(lower, peerIsTrusted) || WRITTEN_BY_US.has(lower)) return [];
    // A Trailer field without chunks makes Node throw while it writes the head.
    if (lower === 'trailer' && !isChunked) return [];
    if (lower === 'te')
      return tokensOf([[lower, value]], 'te').includes('trailers') ? [[name, 'trailers']] : [];
    if (lower === 'authorization') return isPlatformAuthorization(value) ? [] : [[name, value]];
    if (lower === 'cookie') return optional(name, cookieForTarget(value, endpoint));
    if (lower === 'destination') return [[name, destinationForTarget(value, { prefix, origin })]];
    return [[name, value]];
  });
  return [
    ...kept,
    ...forwardedPairs(input, origin, prefix),
    ['X-Request-ID', requestId],
    [HOPS_HEADER, String(hops(pairs) + 1)],
    ...(isUpgrade ? UPGRADE : []),
  ];
}

const WRITTEN_BY_US = new Set(['x-request-id', HOPS_HEADER.toLowerCase()]);
const UPGRADE: HeaderPairs = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
];

function hops(pairs: HeaderPairs): number {
  const count = Number(valuesOf(pairs, HOPS_HEADER.toLowerCase()).at(-1) ?? 0);
  return Number.isInteger(count) && count >= 0 ? count : 0;
}

function optional(name: string, value: string | undefined): HeaderPairs {
  return value === undefined ? [] : [[name, value]];
}
