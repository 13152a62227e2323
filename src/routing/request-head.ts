import type { IncomingMessage } from 'node:http';
import type { ErrorCode } from '../platform/errors.ts';
import type { ExchangeFacts } from './exchange.ts';
import { readOrigin } from './forwarded-headers.ts';
import type { HeaderPairs } from './header-pairs.ts';
import { toPairs, valuesOf } from './header-pairs.ts';
import { headerFault } from './request-headers.ts';
import { requestIdFor } from '../platform/request-id.ts';
import { readTarget } from './request-target.ts';
import type { EndpointId } from './route.ts';
import type { TrustedPeers } from './trusted-peers.ts';
import { isWebSocket } from './target-request.ts';

/** What is known of every request before anything is decided. */
export interface Caller {
  readonly request: IncomingMessage;
  readonly requestId: string;
  readonly pairs: HeaderPairs;
  /** What the path names, whether there is such a route or not; for answers and logs. */
  readonly endpoint: string | undefined;
}

/** What becomes of a request, judged by its head alone: no route has been looked up yet. */
export type HeadVerdict =
  | { readonly kind: 'exchange'; readonly facts: ExchangeFacts }
  | { readonly kind: 'redirect'; readonly endpoint: EndpointId; readonly location: string }
  /** Not for an instance: pages of the proxy itself. */
  | { readonly kind: 'elsewhere'; readonly path: string }
  | { readonly kind: 'options' }
  | { readonly kind: 'refused'; readonly code: ErrorCode };

const NAMED_ENDPOINT = /^\/instances\/([a-z0-9][a-z0-9_-]{0,62})(?:[/?]|$)/;

export function toCaller(request: IncomingMessage): Caller {
  const pairs = toPairs(request.rawHeaders);
  const endpoint = NAMED_ENDPOINT.exec(request.url ?? '')?.[1];
  return { request, pairs, requestId: requestIdFor(valuesOf(pairs, 'x-request-id')), endpoint };
}

export function judgeHead(caller: Caller, trusted: TrustedPeers): HeadVerdict {
  const { request, pairs } = caller;
  const code = request.method === 'TRACE' ? 'method_not_allowed' : headerFault(pairs);
  if (code !== undefined) return { kind: 'refused', code };
  const target = readTarget(request.url ?? '', valuesOf(pairs, 'host')[0]);
  switch (target.kind) {
    case 'refused':
    case 'elsewhere':
      return target;
    case 'asterisk':
      return request.method === 'OPTIONS' ? { kind: 'options' } : { kind: 'refused', code: 'bad_address' };
    case 'redirect':
      // A WebSocket client follows no redirects (case 6).
      if (!isWebSocket(request)) return target;
      return toExchange(caller, { ...target, path: target.location.slice(target.prefix.length) }, trusted);
    case 'forward':
      return toExchange(caller, target, trusted);
    default:
      return target satisfies never;
  }
}

function toExchange(
  { request, requestId, pairs }: Caller,
  { endpoint, prefix, path }: Pick<ExchangeFacts, 'endpoint' | 'prefix' | 'path'>,
  trusted: TrustedPeers,
): HeadVerdict {
  const host = valuesOf(pairs, 'host')[0] ?? '';
  const origin = readOrigin({ pairs, peer: request.socket.remoteAddress, host, trusted });
  return { kind: 'exchange', facts: { request, requestId, pairs, endpoint, prefix, path, origin } };
}
