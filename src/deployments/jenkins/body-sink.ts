import type { IncomingMessage } from 'node:http';
import { Writable } from 'node:stream';

export interface BodySinkOptions {
  readonly limitBytes: number;
  /** What happens to a longer body: `refuse` ends the exchange, `tail` keeps its end. */
  readonly longer: 'refuse' | 'tail';
  /** Called when the body is too long or was cut on the way. */
  readonly onFault: (detail: string) => void;
}

/** Takes the body of one answer, never more than its limit, and notices a body that ends too early. */
export class BodySink extends Writable {
  readonly #options: BodySinkOptions;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #left = false;

  constructor(options: BodySinkOptions) {
    super({ decodeStrings: true });
    this.#options = options;
    this.once('pipe', (answer: IncomingMessage) => this.#watch(answer));
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > this.#options.limitBytes) this.#shorten();
    done();
  }

  get text(): string {
    const all = Buffer.concat(this.#chunks);
    if (!this.#left) return all.toString('utf8');
    let from = Math.max(0, all.length - this.#options.limitBytes);
    // Not in the middle of a UTF-8 character.
    while (from < all.length && ((all[from] ?? 0) & 0xc0) === 0x80) from += 1;
    return all.toString('utf8', from);
  }

  #shorten(): void {
    const { limitBytes, longer, onFault } = this.#options;
    if (longer === 'refuse') {
      this.#chunks.length = 0;
      onFault(`the answer is longer than ${limitBytes} bytes`);
      return;
    }
    this.#left = true;
    for (let first = this.#chunks[0]; first; first = this.#chunks[0]) {
      if (this.#bytes - first.length < limitBytes) return;
      this.#chunks.shift();
      this.#bytes -= first.length;
    }
  }

  /** The transport listens to `end` alone, which never comes when the connection breaks. */
  #watch(answer: IncomingMessage): void {
    const cut = (): void => {
      if (!answer.complete) this.#options.onFault('the answer was cut');
    };
    answer.once('error', cut);
    answer.once('close', cut);
  }
}
