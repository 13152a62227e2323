import type { HeaderPairs } from './header-pairs.ts';
import { tokensOf, valuesOf } from './header-pairs.ts';
import { hopByHop } from './hop-headers.ts';
import type { CookieScope } from './set-cookie.ts';
import { setCookieForClient } from './set-cookie.ts';
import type { UrlScope } from './url-headers.ts';
import { linkForClient, refreshForClient, urlForClient } from './url-headers.ts';

export interface ResponseScope extends UrlScope, CookieScope {
  readonly requestId: string;
}

/** They act on the whole origin, which an instance shares with others (case 72). */
const ORIGIN_WIDE = new Set(['clear-site-data', 'strict-transport-security', 'alt-svc']);
/** Ours alone: X-Ark-Error marks our own answers. */
const RESERVED = new Set(['x-ark-error', 'x-request-id', 'x-ark-hops']);

/** The header fields that the client gets (rules R5, R6, cases 54-80), without framing and connection fields. */
export function responseHeaders(pairs: HeaderPairs, scope: ResponseScope): HeaderPairs {
  const endsHere = hopByHop(pairs);
  const kept = pairs.flatMap(([name, value]): HeaderPairs => {
    const lower = name.toLowerCase();
    if (endsHere(lower) || ORIGIN_WIDE.has(lower) || RESERVED.has(lower)) return [];
    const edited = editValue(lower, value, scope);
    return edited === undefined ? [] : [[name, edited]];
  });
  return [...kept, ...streamingPairs(pairs), ['X-Request-ID', scope.requestId]];
}

/** Whether an answer is a stream of events, which has no end and no idle limit. */
export function isEventStream(pairs: HeaderPairs): boolean {
  return valuesOf(pairs, 'content-type').some((value) => /^\s*text\/event-stream\b/i.test(value));
}

/** Asks proxies in front of us not to gather events (case 80). */
function streamingPairs(pairs: HeaderPairs): HeaderPairs {
  const isSaid = tokensOf(pairs, 'x-accel-buffering').length > 0;
  return isEventStream(pairs) && !isSaid ? [['X-Accel-Buffering', 'no']] : [];
}

function editValue(name: string, value: string, scope: ResponseScope): string | undefined {
  switch (name) {
    case 'location':
    case 'content-location':
    case 'service-worker-allowed':
      return urlForClient(value, scope);
    case 'refresh':
      return refreshForClient(value, scope);
    case 'link':
      return linkForClient(value, scope);
    case 'set-cookie':
      return setCookieForClient(value, scope);
    default:
      return value;
  }
}
