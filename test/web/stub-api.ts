import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

export interface Call {
  readonly name: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** The pages and a scripted API on a free port. Each answer is a value, or made anew for each call. */
export interface StubApi {
  readonly url: string;
  /** Every call so far, such as `POST /api/instances`. */
  readonly calls: Call[];
  answer(name: string, answer: Answer | ((call: Call) => Answer)): void;
  /** Opens a stream of events at this path; without it streams are refused there. */
  stream(path: string): StubStream;
  close(): Promise<void>;
}

/** A stream of events to every browser that asks for it. */
export interface StubStream {
  /** Last-Event-ID of every connection so far; null where none was sent. */
  readonly connections: (string | null)[];
  /** Resolves once a browser is connected. */
  joined(): Promise<void>;
  /** Sends to whoever is connected, and to the first one when nobody is yet. */
  send(event: string, data: string, id?: string): void;
  /** Ends the connections; browsers come back. */
  cut(): void;
}

export const problem = (status: number, code: string, more: object = {}): Answer => ({
  status,
  body: {
    type: `urn:ark-deploy:problem:${code}`,
    status,
    code,
    title: code,
    detail: `about ${code}`,
    request_id: 'req-1',
    ...more,
  },
});

export async function startStubApi(pages: string): Promise<StubApi> {
  const answers = new Map<string, Answer | ((call: Call) => Answer)>();
  const calls: Call[] = [];
  const streams = new Map<string, Stream>();
  const server = createServer((request, response) => {
    void respond(request, response).catch(() => response.destroy());
  });

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://stub');
    if (!url.pathname.startsWith('/api/')) return sendPage(response, join(pages, url.pathname), pages);
    const stream = streams.get(url.pathname);
    if (stream && request.headers.accept === 'text/event-stream') return stream.connect(request, response);
    const call = await readCall(request, url);
    calls.push(call);
    const answer = answers.get(call.name) ?? problem(404, 'not_found');
    sendAnswer(response, typeof answer === 'function' ? answer(call) : answer);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    answer: (name, answer) => void answers.set(name, answer),
    stream(path) {
      const stream = new Stream();
      streams.set(path, stream);
      return stream;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

class Stream implements StubStream {
  readonly connections: (string | null)[] = [];
  readonly #open = new Set<ServerResponse>();
  readonly #joined = Promise.withResolvers<void>();
  #early = '';

  connect(request: IncomingMessage, response: ServerResponse): void {
    this.connections.push(request.headers['last-event-id']?.toString() ?? null);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`retry: 50\n\n${this.#early}`);
    this.#early = '';
    this.#open.add(response);
    this.#joined.resolve();
    response.once('close', () => this.#open.delete(response));
  }

  joined(): Promise<void> {
    return this.#joined.promise;
  }

  send(event: string, data: string, id?: string): void {
    const lines = data.split('\n').map((line) => `data: ${line}\n`);
    const text = `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}${lines.join('')}\n`;
    if (this.#open.size === 0) this.#early += text;
    for (const response of this.#open) response.write(text);
  }

  cut(): void {
    for (const response of this.#open) response.end();
  }
}

async function readCall(request: IncomingMessage, url: URL): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  const name = `${request.method} ${url.pathname}`;
  return { name, query: url.searchParams, headers: request.headers, body };
}

function sendAnswer(response: ServerResponse, { status = 200, body }: Answer): void {
  const isText = typeof body === 'string';
  const json = status >= 400 ? 'application/problem+json' : 'application/json';
  response.writeHead(status, { 'content-type': isText ? 'text/plain; charset=utf-8' : json });
  response.end(isText ? body : JSON.stringify(body));
}

/** With the policy that the real server sends, so that a page that breaks it breaks here. */
function sendPage(response: ServerResponse, path: string, pages: string): void {
  const file = extname(path) !== '' && existsSync(path) ? path : join(pages, 'index.html');
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': "default-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  });
  response.end(readFileSync(file));
}
