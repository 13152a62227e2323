import type { ClientRequest, IncomingMessage, InformationEvent, ServerResponse } from 'node:http';
import { AppError } from '../platform/errors.ts';
import type { Exchange } from './exchange.ts';
import { LOWER_CASE } from './forwarding.ts';
import type { Forwarding } from './forwarding.ts';
import { toHeaderObject, toPairs, valuesOf } from './header-pairs.ts';
import { requestHeaders } from './request-headers.ts';
import type { TrustedPeers } from './trusted-peers.ts';

/** Puts the headers that the target gets into the request object, where the forwarding library takes them from. */
export function prepareRequest({ facts }: Exchange, trusted: TrustedPeers): void {
  const { request, pairs, endpoint, prefix, origin, requestId } = facts;
  const host = valuesOf(pairs, 'host')[0] ?? '';
  const isUpgrade = isWebSocket(request);
  const peer = request.socket.remoteAddress;
  const fields = requestHeaders({
    pairs,
    peer,
    host,
    trusted,
    endpoint,
    prefix,
    origin,
    requestId,
    isUpgrade,
  });
  request.headers = toHeaderObject(fields, LOWER_CASE);
  request.url = '/';
}

/** Whether the client asks for a WebSocket; any other Upgrade is ignored (case 36). */
export function isWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.trim().toLowerCase() === 'websocket';
}

/** Relays 100 Continue and 103 Early Hints (cases 46, 64, 77). */
export function relayInformation(
  forwarding: Forwarding,
  outgoing: ClientRequest,
  response: ServerResponse,
): void {
  const keepsAlive = response.shouldKeepAlive;
  // A final answer instead of 100: nobody knows whether the client still sends its body, so the connection ends.
  if (valuesOf(forwarding.exchange.facts.pairs, 'expect').length > 0) response.shouldKeepAlive = false;
  outgoing.on('continue', () => {
    response.shouldKeepAlive = keepsAlive;
    if (!response.headersSent) response.writeContinue();
  });
  // Without a listener Node drops the connection and never tells.
  outgoing.once('upgrade', (_answer, socket) => {
    socket.destroy();
    forwarding.exchange.refuse(
      new AppError('target_bad_response', 'The target switched to another protocol'),
    );
  });
  outgoing.on('information', (information: InformationEvent) => {
    const { statusCode, rawHeaders } = information;
    if (statusCode !== 103 || response.headersSent) return;
    const headers = forwarding.rewritten({ rawHeaders } as IncomingMessage);
    const link = headers['Link'] ?? headers['link'];
    if (link !== undefined) response.writeEarlyHints({ link });
  });
}

/** Relays trailers of a chunked answer to a client that can take them; the Trailer field without chunks would throw. */
export function relayTrailers(answer: IncomingMessage, response: ServerResponse): void {
  const isChunked = toPairs(answer.rawHeaders).some(([name]) => name.toLowerCase() === 'transfer-encoding');
  delete answer.headers['transfer-encoding'];
  if (!isChunked || response.req.httpVersion !== '1.1' || !hasBody(answer, response)) {
    answer.headers = Object.fromEntries(
      Object.entries(answer.headers).filter(([name]) => name.toLowerCase() !== 'trailer'),
    );
    return;
  }
  // Before the body is piped, so that this runs before the end is written.
  answer.once('end', () => {
    if (answer.rawTrailers.length > 0)
      response.addTrailers(toPairs(answer.rawTrailers) as [string, string][]);
  });
}

function hasBody({ statusCode }: IncomingMessage, response: ServerResponse): boolean {
  return response.req.method !== 'HEAD' && statusCode !== 204 && statusCode !== 304;
}
