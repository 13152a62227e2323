import type { BuildRef, LogChunk } from '../build-server.ts';
import type { Answer } from './answer.ts';
import { toFault } from './answer-faults.ts';
import { stripChunk } from './log-text.ts';

const REMEMBERED = 200;
const LEFT_OUT = '[… earlier lines left out …]\n';

/**
 * Reads answers of progressiveText. Remembers, per build and offset, what the end of the last chunk left open
 * (half a ConsoleNote), so that the next chunk can complete it; forgets the oldest.
 */
export class LogReader {
  readonly #carries = new Map<string, string>();

  /** Throws AppError for an answer that is no log. */
  read(ref: BuildRef, start: number, answer: Answer): LogChunk {
    const size = Number(answer.headers['x-text-size'] ?? Number.NaN);
    if (answer.status !== 200 || !Number.isSafeInteger(size) || size < 0) throw toFault(answer, 'show a log');
    const more = answer.headers['x-more-data'] === 'true';
    // A start beyond the end is answered with everything.
    const anew = start === 0 || size < start;
    const carried = anew ? undefined : this.#take(ref, start);
    const raw = (carried ?? '') + answer.text;
    const { text, carry } = stripChunk(raw, { first: anew || carried !== undefined, last: !more });
    this.#put(ref, size, carry);
    return { text: answer.shortened ? LEFT_OUT + text : text, next: size, more };
  }

  #take(ref: BuildRef, start: number): string | undefined {
    return this.#carries.get(key(ref, start));
  }

  #put(ref: BuildRef, next: number, carry: string): void {
    this.#carries.delete(key(ref, next));
    this.#carries.set(key(ref, next), carry);
    const oldest = this.#carries.keys().next();
    if (this.#carries.size > REMEMBERED && !oldest.done) this.#carries.delete(oldest.value);
  }
}

function key({ job, number }: BuildRef, offset: number): string {
  return `${job}#${number}@${offset}`;
}
