import type { ChangeEvent } from './change-event.ts';
import type { EventFeed } from './event-feed.ts';

export type ChangeNews =
  | { readonly kind: 'change'; readonly event: ChangeEvent }
  /** There is nothing to tell; a reader that comes back goes on from here. */
  | { readonly kind: 'place'; readonly id: string }
  /** What happened before is not remembered: read the state anew. */
  | { readonly kind: 'reset'; readonly id: string };

/** The changes after `place`, for ever. Ends when the signal is aborted. */
export async function* followChanges(
  feed: Pick<EventFeed, 'after' | 'last' | 'next'>,
  place: string,
  signal: AbortSignal,
): AsyncGenerator<ChangeNews, void> {
  for (let at = place; !signal.aborted;) {
    const events = feed.after(at);
    const last = events?.at(-1)?.id ?? (events ? at : (feed.last ?? at));
    if (!events) yield { kind: 'reset', id: last };
    for (const event of events ?? []) yield { kind: 'change', event };
    at = last;
    yield { kind: 'place', id: at };
    if (feed.last === at) await feed.next(signal);
  }
}
