import { once } from 'node:events';
import type { DeploymentId } from '../deployment.ts';
import type { Phase } from '../phases.ts';
import type { LogKeeper, LogLook } from './log-keeper.ts';
import type { LogHead, LogStore } from './log-store.ts';

/** A place in a stored log: in which generation, and after how many bytes of it. */
export interface LogPlace {
  readonly generation: number;
  readonly offset: number;
}

export type LogNews =
  /** Whole lines, and the place behind them. */
  | { readonly kind: 'lines'; readonly text: string; readonly place: LogPlace }
  /** What was read so far is void: the log begins anew. */
  | { readonly kind: 'reset'; readonly place: LogPlace }
  | { readonly kind: 'end'; readonly phase: Phase | undefined };

export interface LogReaderOptions {
  readonly logs: Pick<LogStore, 'head' | 'read'>;
  readonly keeper: Pick<LogKeeper, 'listen' | 'look'>;
}

/** Longer than any stored line. */
const PIECE_BYTES = 128 * 1_024;
const LF = 10;

export function parsePlace(text: string): LogPlace | undefined {
  const [, generation, offset] = /^(\d{1,12}):(\d{1,12})$/.exec(text) ?? [];
  return generation === undefined ? undefined : { generation: Number(generation), offset: Number(offset) };
}

export function placeText({ generation, offset }: LogPlace): string {
  return `${String(generation)}:${String(offset)}`;
}

/**
 * A log as it grows, to its end. It reads only what is asked for next, 128 KiB at most, so that a slow reader costs no
 * memory. Ends without `end` when the signal is aborted. Throws `store_unavailable`.
 */
export async function* followLog(
  { logs, keeper }: LogReaderOptions,
  id: DeploymentId,
  { from, signal }: { readonly from: LogPlace | undefined; readonly signal: AbortSignal },
): AsyncGenerator<LogNews, void> {
  const looks = new Looks(keeper, id);
  try {
    let place = from;
    let head = await logs.head(id);
    // What Jenkins does not answer now, it will in a second: the keeper asks on.
    keeper.look(id).catch(() => undefined);
    while (!signal.aborted) {
      const { last } = looks;
      head = last?.head ?? head;
      if (head) place = yield* readTo(logs, id, { head, place });
      if (last?.isOver) {
        yield { kind: 'end', phase: last.phase };
        return;
      }
      await looks.after(last, signal);
    }
  } finally {
    looks.stop();
  }
}

/** The last look at a log, and the wait for the next one. */
class Looks {
  readonly stop: () => void;
  readonly #news = new EventTarget();
  #last: LogLook | undefined;

  constructor(keeper: Pick<LogKeeper, 'listen'>, id: DeploymentId) {
    this.stop = keeper.listen(id, (look) => {
      this.#last = look;
      this.#news.dispatchEvent(new Event('look'));
    });
  }

  get last(): LogLook | undefined {
    return this.#last;
  }

  /** Resolves when there was a look after this one, or the signal is aborted. */
  async after(look: LogLook | undefined, signal: AbortSignal): Promise<void> {
    if (this.#last === look) await once(this.#news, 'look', { signal }).catch(() => undefined);
  }
}

/** What stands between a place and the end of a log as it is known. Returns the place that was reached. */
async function* readTo(
  logs: Pick<LogStore, 'read'>,
  id: DeploymentId,
  { head, place }: { readonly head: LogHead; readonly place: LogPlace | undefined },
): AsyncGenerator<LogNews, LogPlace> {
  const { generation, from, to } = head;
  const isThere = place?.generation === generation && place.offset >= from && place.offset <= to;
  let offset = isThere ? place.offset : from;
  if (place && !isThere) yield { kind: 'reset', place: { generation, offset } };
  while (offset < to) {
    const piece = await logs.read(id, { generation, from: offset, to: Math.min(to, offset + PIECE_BYTES) });
    // Gone meanwhile: the next look tells how it is now.
    if (!piece) break;
    const end = piece.lastIndexOf(LF) + 1 || piece.length;
    offset += end;
    yield { kind: 'lines', text: piece.toString('utf8', 0, end), place: { generation, offset } };
  }
  return { generation, offset };
}
