import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface Watch {
  /** How often the address was asked so far. */
  readonly count: number;
  /** What was wrong, in order: `503`, `ECONNRESET`. */
  readonly failures: readonly string[];
  /** Ends it after one more answer; resolves to the failures. */
  end(): Promise<readonly string[]>;
}

const watches = new Set<Watch>();

/** For afterEach: a failed test leaves nothing that goes on. */
export async function endWatches(): Promise<void> {
  await Promise.all([...watches].map(async (one) => one.end()));
}

/** Asks an address again and again, each time on a connection of its own, until it is ended. */
export function watch(url: string, isGood: (status: number) => boolean = (status) => status === 200): Watch {
  const failures: string[] = [];
  const state = { count: 0, over: false };
  const loop = (async () => {
    while (!state.over) {
      const seen = await statusOf(url);
      state.count += 1;
      if (typeof seen === 'string') failures.push(seen);
      else if (!isGood(seen)) failures.push(String(seen));
      await delay(40);
    }
  })();
  const one: Watch = {
    get count() {
      return state.count;
    },
    failures,
    end: async () => {
      state.over = true;
      watches.delete(one);
      await loop;
      return failures;
    },
  };
  watches.add(one);
  return one;
}

/** The status, or the words of what went wrong. */
export async function statusOf(url: string): Promise<number | string> {
  try {
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(15_000),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    return cause?.code ?? String(error);
  }
}

/** What `read` returns as soon as it does not throw; while a part is away it does. Throws its error after 30 s. */
export async function patiently<T>(read: () => Promise<T>): Promise<T> {
  const endAt = Date.now() + 30_000;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (Date.now() > endAt) throw error;
      await delay(100);
    }
  }
}

export interface Download {
  /** Bytes that came so far. */
  readonly bytes: number;
  /** Resolves to all bytes; rejects when it breaks. */
  readonly whole: Promise<number>;
}

/** Reads an answer slowly, `chunkBytes` at a time with a pause between, so that its sender has to wait. */
export function downloadSlowly(url: string, pauseMs: number, chunkBytes = 1024 * 1024): Download {
  const state = { bytes: 0 };
  const whole = new Promise<number>((resolve, reject) => {
    const asked = request(url, { agent: false, timeout: 60_000 }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`It was answered ${String(answer.statusCode)}`));
      let paused = 0;
      answer.on('data', (chunk: Buffer) => {
        state.bytes += chunk.length;
        if (state.bytes - paused < chunkBytes) return;
        paused = state.bytes;
        answer.pause();
        setTimeout(() => answer.resume(), pauseMs);
      });
      answer.once('end', () => resolve(state.bytes));
      answer.once('error', reject);
      answer.once('aborted', () => reject(new Error(`It broke after ${String(state.bytes)} bytes`)));
    });
    asked.once('error', reject);
    asked.end();
  });
  whole.catch(() => undefined); // whoever waits for it later learns it
  return {
    get bytes() {
      return state.bytes;
    },
    whole,
  };
}
