import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Exchange } from './exchange.ts';

/** Carries exchanges to their targets. Both engines obey the same rules; the server answers what they throw. */
export interface ProxyEngine {
  /**
   * Resolves when the answer is complete or the client has gone. Throws an AppError when the target gave no
   * answer; the caller answers, or cuts the connection if the head is out already.
   */
  web(exchange: Exchange, response: ServerResponse): Promise<void>;
  /** As web, for a WebSocket handshake: resolves when the handshake is over; the exchange ends with the socket. */
  upgrade(exchange: Exchange, socket: Duplex, head: Buffer): Promise<void>;
  /** Closes all WebSockets with code 1012 (service restart), so that their clients come back elsewhere. */
  closeWebSockets(): void;
  /** Cuts what is still open, ends timers and idle connections. Repeatable. */
  close(): void;
}

/** Rule R9, in ms. */
export interface EngineLimits {
  readonly connectMs: number;
  /** From the end of the request to the head of the answer. */
  readonly headerMs: number;
  /** Without a byte of the request. */
  readonly bodyIdleMs: number;
  /** Without a byte of the answer; not for event streams and WebSockets. */
  readonly responseIdleMs: number;
  /** How often the idle limits are looked at. */
  readonly watchEveryMs: number;
}

export const DEFAULT_LIMITS: EngineLimits = {
  connectMs: 3_000,
  headerMs: 60_000,
  bodyIdleMs: 60_000,
  responseIdleMs: 300_000,
  watchEveryMs: 1_000,
};
