import type { Request, Response } from 'express';
import { SLOW_MS, writeTo } from './slow-reader.ts';
import { whenClosed } from './when-closed.ts';

export interface StreamEvent {
  readonly event: string;
  /** Where a reader that comes back goes on. */
  readonly id?: string;
  /** One line or several. */
  readonly data: string;
}

export interface EventStreamOptions {
  /** Ends every stream: the process stops. */
  readonly signal: AbortSignal;
  readonly heartbeatMs?: number;
  /** How long a reader may take nothing while something waits for it. */
  readonly slowMs?: number;
  /** A stream is ended after this time; the reader comes back and is asked again who it is. */
  readonly longestMs?: number;
  /** Where a reader goes on that comes back before the first event. */
  readonly position?: string;
}

const HEARTBEAT_MS = 15_000;
const LONGEST_MS = 600_000;
/** When a browser comes back after the end of a connection. */
const RETRY_MS = 2_000;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

/**
 * Server-sent events to one reader. It holds one event at most: `send` waits until the reader has taken it, and a
 * reader that takes nothing for too long is cut off. The `signal` tells that the stream is over, for whatever reason.
 */
export class EventStream {
  readonly #response: Response;
  readonly #slowMs: number;
  readonly #over = new AbortController();
  /** Repeated with each heartbeat, so that a reader of few events does not fall behind. */
  #id: string | undefined;

  /** Sends the head at once. */
  constructor(response: Response, options: EventStreamOptions) {
    this.#response = response;
    this.#slowMs = options.slowMs ?? SLOW_MS;
    this.#id = options.position;
    whenClosed(response, () => this.#over.abort());
    if (!this.#over.signal.aborted) this.#open(options);
  }

  /** Aborted when the stream is over. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Where a reader goes on that comes back now, without an event of its own. */
  set position(id: string) {
    this.#id = id;
  }

  /** Resolves when the reader can take more, or the stream is over. */
  async send({ event, id, data }: StreamEvent): Promise<void> {
    if (id !== undefined) this.#id = id;
    const lines = data.split('\n').map((line) => `data: ${line}\n`);
    const head = `${id === undefined ? '' : this.#idLine()}event: ${event}\n`;
    if (this.#over.signal.aborted) return;
    await writeTo(this.#response, `${head}${lines.join('')}\n`, this.#slowMs);
  }

  /** Ends it in good order. Repeatable. */
  end(): void {
    if (!this.#over.signal.aborted) this.#over.abort();
    this.#response.end();
  }

  #open({ signal, heartbeatMs = HEARTBEAT_MS, longestMs = LONGEST_MS }: EventStreamOptions): void {
    const end = (): void => this.end();
    const heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    const longest = setTimeout(end, longestMs);
    signal.addEventListener('abort', end, { once: true });
    whenClosed(this.#response, () => {
      clearInterval(heartbeat);
      clearTimeout(longest);
      signal.removeEventListener('abort', end);
    });
    this.#response.writeHead(200, HEADERS).write(`retry: ${String(RETRY_MS)}\n${this.#idLine()}\n`);
    if (signal.aborted) end();
  }

  #beat(): void {
    if (this.#response.writableNeedDrain || this.#over.signal.aborted) return;
    this.#response.write(`:\n${this.#idLine()}\n`);
  }

  #idLine(): string {
    return this.#id === undefined ? '' : `id: ${this.#id}\n`;
  }
}

/** Whether the caller asks for events rather than for text. */
export function wantsEvents(request: Request): boolean {
  return request.accepts(['text/plain', 'text/event-stream']) === 'text/event-stream';
}
