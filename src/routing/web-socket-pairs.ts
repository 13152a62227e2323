import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { AppError } from '../platform/errors.ts';
import type { Forwarding } from './forwarding.ts';
import { toTargetError } from './forwarding.ts';
import { tokensOf, toPairs } from './header-pairs.ts';

interface Pair {
  readonly client: Duplex;
  readonly target: Socket;
}

const KEEP_ALIVE_MS = 30_000;
/** Close frames of code 1012, service restart: plain for the client, masked (with a mask of zeros) for the server. */
const CLOSE_FOR_CLIENT = Buffer.from([0x88, 0x02, 0x03, 0xf4]);
const CLOSE_FOR_SERVER = Buffer.from([0x88, 0x82, 0x00, 0x00, 0x00, 0x00, 0x03, 0xf4]);
const CLOSE_GRACE_MS = 1_000;

/** The open WebSockets: two sockets that live and die together, so that neither side leaks. */
export class WebSocketPairs {
  readonly #open = new Set<Pair>();
  readonly #handshakes = new WeakMap<Forwarding, () => void>();

  /** Runs a handshake; resolves when the target has switched, has answered something else, or has failed. */
  async handshake(forwarding: Forwarding, begin: () => void): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#handshakes.set(forwarding, resolve);
      forwarding.client.once('close', resolve);
      begin();
    });
  }

  /** Watches the request to the target of a handshake. Runs before the library's own listeners and edits what they send. */
  expect(forwarding: Forwarding, outgoing: ClientRequest): void {
    const done = (): void => this.#handshakes.get(forwarding)?.();
    const refuse = (error: Error): void => {
      // At once: the library closes the client's socket without a word right after this.
      if (!forwarding.answered) forwarding.exchange.refuse(toTargetError(forwarding.failure ?? error));
      done();
    };
    outgoing.once('error', refuse);
    // A client that leaves without an error during the handshake; the library only hears of errors.
    forwarding.client.once('close', () => outgoing.destroy());
    outgoing.once('upgrade', (answer: IncomingMessage, socket: Socket) => {
      forwarding.answer(answer);
      Object.assign(answer.headers, { Connection: 'Upgrade', Upgrade: 'websocket' });
      this.#join({ client: forwarding.client as Duplex, target: socket });
      done();
    });
    outgoing.once('response', (answer: IncomingMessage) => {
      if (!isPossible(answer))
        return outgoing.destroy(new AppError('target_bad_response', 'An impossible status'));
      forwarding.answer(answer);
      // The library decides by this field whether to write chunks.
      if (isChunked(answer)) answer.headers['transfer-encoding'] = 'chunked';
      return done();
    });
  }

  /** Tells both sides to come back later, and cuts whoever does not close within a second. */
  close(): void {
    for (const { client, target } of this.#open) {
      client.unpipe(target).end(CLOSE_FOR_CLIENT);
      target.unpipe(client).end(CLOSE_FOR_SERVER);
      // Read on, so that the other side's end is seen.
      client.resume();
      target.resume();
      const timer = setTimeout(() => {
        client.destroy();
        target.destroy();
      }, CLOSE_GRACE_MS);
      client.once('close', () => clearTimeout(timer));
    }
  }

  #join(pair: Pair): void {
    this.#open.add(pair);
    const { client, target } = pair;
    for (const socket of [client as Socket, target]) socket.on('error', () => undefined);
    const keepAlive = (): void => {
      for (const socket of [client as Socket, target]) socket.setKeepAlive(true, KEEP_ALIVE_MS);
    };
    // After the library's own setting, which leaves the system's two hours.
    setImmediate(keepAlive);
    client.once('close', () => {
      this.#open.delete(pair);
      target.destroy();
    });
    target.once('close', () => (client as Socket).destroySoon());
    if (client.destroyed) target.destroy();
  }
}

function isPossible({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200;
}

function isChunked({ rawHeaders }: IncomingMessage): boolean {
  return tokensOf(toPairs(rawHeaders), 'transfer-encoding').at(-1) === 'chunked';
}
