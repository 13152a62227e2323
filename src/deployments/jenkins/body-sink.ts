import type { IncomingMessage } from 'node:http';
import { Writable } from 'node:stream';

export interface BodySinkOptions {
  readonly limitBytes: number;
  /** What happens to a longer body: `refuse` ends the exchange, the others keep its beginning or its end. */
  readonly longer: 'refuse' | 'head' | 'tail';
  /** Called when the body is too long or was cut on the way. */
  readonly onFault: (detail: string) => void;
}

/** Takes the body of one answer, never more than its limit, and notices a body that ends too early. */
export class BodySink extends Writable {
  readonly #options: BodySinkOptions;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #cut = false;

  constructor(options: BodySinkOptions) {
    super({ decodeStrings: true });
    this.#options = options;
    this.once('pipe', (answer: IncomingMessage) => this.#watch(answer));
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    // The rest of a long head is read and dropped, so that the connection can be used again.
    if (!this.#cut || this.#options.longer !== 'head') this.#keep(chunk);
    done();
  }

  /** Whether something of the body is missing. */
  get isCut(): boolean {
    return this.#cut;
  }

  get text(): string {
    const all = Buffer.concat(this.#chunks);
    const { limitBytes, longer } = this.#options;
    if (!this.#cut) return all.toString('utf8');
    // Not in the middle of a UTF-8 character.
    if (longer === 'head') return all.toString('utf8', 0, boundaryIn(all, limitBytes, -1));
    return all.toString('utf8', boundaryIn(all, Math.max(0, all.length - limitBytes), 1));
  }

  #keep(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > this.#options.limitBytes) this.#shorten();
  }

  #shorten(): void {
    const { limitBytes, longer, onFault } = this.#options;
    if (longer === 'refuse') {
      this.#chunks.length = 0;
      onFault(`the answer is longer than ${limitBytes} bytes`);
      return;
    }
    this.#cut = true;
    if (longer === 'head') return;
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

/** The nearest place from `at` on, in this direction, where a character begins. */
function boundaryIn(bytes: Buffer, at: number, step: 1 | -1): number {
  let found = at;
  while (found > 0 && found < bytes.length && ((bytes[found] ?? 0) & 0xc0) === 0x80) found += step;
  return found;
}
