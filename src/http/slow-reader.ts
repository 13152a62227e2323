import type { Response } from 'express';

/** How long a reader may take nothing while something waits for it. */
export const SLOW_MS = 30_000;

/** Writes and waits until the reader can take more, or is gone; one that takes nothing for `slowMs` is cut off. */
export async function writeTo(
  response: Response,
  chunk: string | Uint8Array,
  slowMs: number = SLOW_MS,
): Promise<void> {
  if (response.closed || response.write(chunk)) return;
  await new Promise<void>((resolve) => {
    const slow = setTimeout(() => response.destroy(), slowMs);
    const done = (): void => {
      clearTimeout(slow);
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}
