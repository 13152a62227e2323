import { createHash } from 'node:crypto';
import type { LogMark, LogPiece } from '../build-server.ts';
import type { Answer } from './answer.ts';
import { stripLog } from './log-text.ts';

interface Position {
  /** Bytes of the log before what comes next, as Jenkins counts them. */
  readonly at: number;
  /** The last bytes before `at`: how many, and their SHA-256. */
  readonly seen: { readonly bytes: number; readonly sha: string };
  /** Jenkins' own length of the log at the last reading. */
  readonly size: number;
  /** Our count was wrong once: Jenkins' own length is where it goes on. */
  readonly trusts: boolean;
  /** In a line that is too long to be shown. */
  readonly skips: boolean;
}

const NOTHING = { bytes: 0, sha: '' };
const START: Position = { at: 0, seen: NOTHING, size: 0, trusts: false, skips: false };
const SEEN_BYTES = 200;
/** What Jenkins sends at once while a build runs. */
const MOST_LINES = 10_000;
const LF = 10;

/**
 * One reading of a growing log. While a build runs, Jenkins 2.509 and later send whole lines only, at most 10,000, and
 * then name the end of the log as where to go on: the rest would be lost. So we count ourselves what came, and ask
 * again from a little before, where the same bytes must stand. Where they do not (an older Jenkins, which leaves notes
 * out; CRLF in the log), its own number is followed, and what is lost comes with the whole log at the end.
 */
export class LogTail {
  readonly #from: Position;

  constructor(mark: LogMark | undefined) {
    this.#from = mark === undefined ? START : (JSON.parse(mark) as Position);
  }

  /** For `?start=`. */
  get start(): string {
    return String(this.#from.at - this.#from.seen.bytes);
  }

  take({ text, headers, isCut }: Pick<Answer, 'text' | 'headers' | 'isCut'>): LogPiece {
    const from = this.#from;
    const size = Number(headers['x-text-size'] ?? from.at);
    // A start behind the end begins anew: this log is shorter than the one we know.
    if (size < from.at) return pieceAt(START, { isAnother: true, hasMore: true });
    const bytes = Buffer.from(text.replaceAll('\r\n', '\n'));
    const seen = bytes.subarray(0, from.seen.bytes);
    if (shaOf(seen) !== (from.seen.sha || shaOf(seen))) return this.#follow(size);
    const lines = bytes.subarray(0, bytes.lastIndexOf(LF) + 1);
    // Only a line that is longer than all that we take at once has no end here.
    const isTooLong = isCut && lines.length <= seen.length;
    const taken = isTooLong ? bytes : lines.subarray(0, Math.max(lines.length, seen.length));
    const fresh = taken.subarray(seen.length);
    const position: Position = from.trusts
      ? { ...from, size, at: size - (bytes.length - taken.length) }
      : { ...from, size, at: from.at + fresh.length, seen: seenIn(fresh.length > 0 ? taken : seen) };
    const hasMore = isCut || countLines(lines) >= MOST_LINES;
    const skips = isTooLong || (from.skips && fresh.length === 0);
    return pieceAt({ ...position, skips }, { text: this.#shown(fresh, isTooLong), hasMore });
  }

  #shown(fresh: Buffer, isTooLong: boolean): string {
    if (isTooLong) return '';
    if (!this.#from.skips || fresh.length === 0) return stripLog(fresh.toString());
    return `[a line that is too long is left out]\n${stripLog(fresh.subarray(fresh.indexOf(LF) + 1).toString())}`;
  }

  #follow(size: number): LogPiece {
    const at = Math.min(Math.max(this.#from.at, this.#from.size), size);
    return pieceAt({ ...this.#from, at, seen: NOTHING, size, trusts: true }, { hasMore: true });
  }
}

function pieceAt(
  position: Position,
  { text = '', hasMore = false, isAnother = false }: Partial<LogPiece>,
): LogPiece {
  return { text, hasMore, isAnother, mark: JSON.stringify(position) as LogMark };
}

/** The end of what was read, from the beginning of a character. */
function seenIn(bytes: Buffer): Position['seen'] {
  let from = Math.max(0, bytes.length - SEEN_BYTES);
  while (((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1;
  const seen = bytes.subarray(from);
  return { bytes: seen.length, sha: seen.length === 0 ? '' : shaOf(seen) };
}

function countLines(lines: Buffer): number {
  let count = 0;
  for (let at = lines.indexOf(LF); at >= 0; at = lines.indexOf(LF, at + 1)) count += 1;
  return count;
}

function shaOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
