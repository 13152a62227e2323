import type { Response } from 'express';
import { pollUntil } from '../platform/polling.ts';
import { whenClosed } from './when-closed.ts';

export interface LongPollOptions {
  readonly seconds: number;
  readonly response: Response;
  /** Aborted when the process stops. */
  readonly signal: AbortSignal;
}

const EVERY_MS = 250;

/** Holds the answer back until the check holds, the time is over, or the caller hangs up. */
export async function holdUntil(
  check: () => Promise<boolean>,
  { seconds, response, signal }: LongPollOptions,
): Promise<void> {
  const gone = new AbortController();
  whenClosed(response, () => gone.abort());
  const ended = AbortSignal.any([signal, gone.signal]);
  const poll = async (): Promise<true | undefined> => ((await check()) ? true : undefined);
  await pollUntil(poll, { everyMs: EVERY_MS, timeoutMs: seconds * 1_000, signal: ended }).catch(
    (error: unknown) => {
      if (!ended.aborted) throw error;
    },
  );
}
