import { setTimeout as delay } from 'node:timers/promises';

/** Waits `ms`; rejects with the signal's reason when it is aborted first. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
}

export interface PollOptions {
  readonly everyMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Calls `check` until it returns something other than undefined. Returns undefined when the time is over. */
export async function pollUntil<T>(
  check: () => Promise<T | undefined>,
  { everyMs, timeoutMs, signal }: PollOptions,
): Promise<T | undefined> {
  const endAt = Date.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const found = await check();
    if (found !== undefined) return found;
    const leftMs = endAt - Date.now();
    if (leftMs <= 0) return undefined;
    await sleep(Math.min(everyMs, leftMs), signal);
  }
}
