import { closeSync, openSync, writeSync } from 'node:fs';
import type { Masker } from './masker.ts';

/** Longer output of a step is cut into pieces, so that a line without end cannot fill the memory. */
const MAX_LINE_BYTES = 64 * 1024;

/** The log of one build: whole lines, masked before they reach the disk. */
export class BuildLog {
  readonly #file: number;
  readonly #masker: Masker;
  #isMuted = false;

  constructor(path: string, masker: Masker) {
    this.#file = openSync(path, 'a', 0o600);
    this.#masker = masker;
  }

  line(text: string): void {
    if (!this.#isMuted) writeSync(this.#file, `${this.#masker.mask(text)}\n`);
  }

  /** Drops everything that still comes, as the log of a killed build does. */
  mute(): void {
    this.#isMuted = true;
  }

  /** Writes the last line, muted or not, and closes the file. */
  finish(text: string): void {
    this.#isMuted = false;
    this.line(text);
    this.#isMuted = true;
    closeSync(this.#file);
  }
}

/** Cuts a stream of bytes into lines; the last, unfinished one is held back until `flush`. */
export class LineCutter {
  readonly #onLine: (line: string) => void;
  #rest = Buffer.alloc(0);

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    let bytes = Buffer.concat([this.#rest, chunk]);
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
      this.#onLine(bytes.subarray(0, end).toString('utf8').replace(/\r$/, ''));
      bytes = bytes.subarray(end + 1);
    }
    this.#rest = Buffer.from(bytes);
    if (this.#rest.length > MAX_LINE_BYTES) this.flush();
  }

  flush(): void {
    if (this.#rest.length === 0) return;
    this.#onLine(this.#rest.toString('utf8'));
    this.#rest = Buffer.alloc(0);
  }
}
