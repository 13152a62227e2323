import { pollUntil } from '../../src/platform/polling.ts';

const EVERY_MS = 100;
const TIMEOUT_MS = 90_000;
const AWAY_MS = 30_000;

/** Reads until `isSo`; throws with what it saw last after 90 s. */
export async function until<T>(read: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  let last: T | undefined;
  const check = async (): Promise<{ readonly value: T } | undefined> => {
    last = await read();
    return isSo(last) ? { value: last } : undefined;
  };
  const signal = AbortSignal.timeout(TIMEOUT_MS + 30_000);
  const found = await pollUntil(check, { everyMs: EVERY_MS, timeoutMs: TIMEOUT_MS, signal });
  if (found === undefined) throw new Error(`It did not come to that; last seen:\n${inWords(last)}`);
  return found.value;
}

/** What `read` returns as soon as it does not throw; while a part is away it does. Throws its error after 30 s. */
export async function patiently<T>(read: () => Promise<T>): Promise<T> {
  const endAt = Date.now() + AWAY_MS;
  const attempt = async (): Promise<{ readonly value: T } | { readonly error: unknown }> =>
    read().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
  const last = await until(attempt, (one) => 'value' in one || Date.now() > endAt);
  if ('error' in last) throw last.error;
  return last.value;
}

/** For the message of a failed expectation. */
export function inWords(value: unknown): string {
  return JSON.stringify(value, undefined, 1);
}
