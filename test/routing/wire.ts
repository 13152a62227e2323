import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer as createTcpServer } from 'node:net';

/** A real HTTP server on a free port of loopback. */
export interface TargetServer {
  readonly port: number;
  readonly server: Server;
  close(): Promise<void>;
}

export async function startTarget(listener: RequestListener): Promise<TargetServer> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    server,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A TCP server that keeps every byte it gets, and answers what the test says once a head is complete. */
export interface RawTarget {
  readonly port: number;
  readonly sockets: Socket[];
  /** All bytes so far, over all connections. */
  received(): string;
  close(): Promise<void>;
}

export type OnHead = (socket: Socket, head: string) => void;

export async function startRawTarget(onHead: OnHead): Promise<RawTarget> {
  const sockets: Socket[] = [];
  let all = '';
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    let head = '';
    socket.on('error', () => undefined);
    socket.setEncoding('latin1').on('data', (text: string) => {
      all += text;
      head += text;
      if (!head.includes('\r\n\r\n')) return;
      const complete = head;
      head = '';
      onHead(socket, complete);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    received: () => all,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

export const ok = (body = 'ok', head = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\n${head}\r\n${body}`;

/** Sends bytes and resolves with everything that comes back until the peer closes, or `until` is in it. */
export async function exchangeBytes(port: number, bytes: string, until?: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('latin1');
  let answer = '';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`no end after 5 s, so far:\n${answer}`)), 5_000);
  socket.on('data', (text: string) => {
    answer += text;
    if (until !== undefined && answer.includes(until)) resolve();
  });
  socket.on('error', () => undefined).on('close', () => resolve());
  socket.write(bytes, 'latin1');
  try {
    await promise;
    return answer;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** One request with `Connection: close`, its lines without the blank end; resolves with the raw answer. */
export async function ask(port: number, lines: readonly string[], body = ''): Promise<string> {
  return exchangeBytes(port, `${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`);
}

/** The lines of a raw message's head. */
export function headLines(message: string): readonly string[] {
  return message.slice(0, message.indexOf('\r\n\r\n')).split('\r\n');
}

/** All values of a field in a raw message, in order. */
export function fields(message: string, name: string): readonly string[] {
  const start = `${name.toLowerCase()}:`;
  return headLines(message)
    .filter((line) => line.toLowerCase().startsWith(start))
    .map((line) => line.slice(start.length).trim());
}

export function statusOf(message: string): number {
  return Number(message.split(' ', 2)[1]);
}

export async function eventually(check: () => boolean, ms = 5_000): Promise<void> {
  const endAt = Date.now() + ms;
  while (!check()) {
    if (Date.now() > endAt) throw new Error(`not within ${String(ms)} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Resolves once the value has not changed for 300 ms. */
export async function untilStill(value: () => number): Promise<number> {
  let last = -1;
  let since = Date.now();
  await eventually(() => {
    if (value() !== last) [last, since] = [value(), Date.now()];
    return Date.now() - since > 300;
  });
  return last;
}
