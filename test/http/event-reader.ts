import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';

export interface ReadEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

/** The edge of a bench on a port of its own, for what stays open. */
export async function listen(app: Express, at = 0): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(app).listen(at, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    close: async () => {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Reads server-sent events as a browser does. */
export class EventReader {
  readonly status: number;
  readonly headers: Headers;
  /** Everything as it came, comments too. */
  raw = '';
  /** As a browser would send it when it comes back. */
  lastId: string | undefined;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #rest = '';

  private constructor(response: Response) {
    this.status = response.status;
    this.headers = response.headers;
    this.#reader = (response.body as ReadableStream<Uint8Array>).getReader();
  }

  static async open(url: string, headers: Readonly<Record<string, string>>): Promise<EventReader> {
    return new EventReader(await fetch(url, { headers: { accept: 'text/event-stream', ...headers } }));
  }

  /** The next event; undefined at the end of the stream. Throws when it breaks. */
  async next(): Promise<ReadEvent | undefined> {
    for (;;) {
      const end = this.#rest.indexOf('\n\n');
      if (end >= 0) {
        const event = this.#parse(this.#rest.slice(0, end));
        this.#rest = this.#rest.slice(end + 2);
        if (event) return event;
        continue;
      }
      if (!(await this.#fill())) return undefined;
    }
  }

  /** Where the stream said that it begins. */
  async place(): Promise<string> {
    for (;;) {
      const place = /^id: (.*)$/m.exec(this.raw)?.[1];
      if (place !== undefined) return place;
      if (!(await this.#fill())) throw new Error('the stream ended without a place');
    }
  }

  /** Events up to and with the first one that is so, or to the end. */
  async until(isSo: (event: ReadEvent) => boolean): Promise<readonly ReadEvent[]> {
    const events: ReadEvent[] = [];
    for (let event = await this.next(); event; event = await this.next()) {
      events.push(event);
      if (isSo(event)) break;
    }
    return events;
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }

  async #fill(): Promise<boolean> {
    const { value, done } = await this.#reader.read();
    const text = this.#decoder.decode(value, { stream: true });
    this.raw += text;
    this.#rest += text;
    return !done;
  }

  #parse(block: string): ReadEvent | undefined {
    const fields = block
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).replace(/^ /, '')]);
    const valuesOf = (name: string) => fields.filter(([field]) => field === name).map(([, value]) => value);
    this.lastId = valuesOf('id')[0] ?? this.lastId;
    const data = valuesOf('data');
    if (data.length === 0) return undefined;
    return { event: valuesOf('event')[0] ?? 'message', id: valuesOf('id')[0], data: data.join('\n') };
  }
}
