import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { ChangeFeed } from '../change-feed.ts';
import { type Polled, usePolling } from '../polling.ts';

const EVERY_MS = 3000;

const FeedContext = createContext<ChangeFeed | undefined>(undefined);

/** One stream of changes for everything inside. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const [feed] = useState(() => new ChangeFeed('/api/events'));
  useEffect(() => feed.start(), [feed]);
  return <FeedContext value={feed}>{children}</FeedContext>;
}

/** Asks whenever the coordinator tells of a change; every three seconds while its stream is away. */
export function useLive<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Polled<T> {
  return usePolling({ key, load, nextMs: () => EVERY_MS, feed: useContext(FeedContext) });
}

/** To be called after an act: everything on the page asks anew. */
export function useTellChange(): () => void {
  const feed = useContext(FeedContext);
  return () => feed?.tell();
}
