import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { sleep } from '../../src/platform/polling.ts';

const PAUSE_MS = 40;
const TIMEOUT_MS = 15_000;

export interface WatchOptions {
  /** So many kept connections ask at the same time; each request on one of its own unless given. */
  readonly connections?: number;
  readonly isGood?: (status: number) => boolean;
}

export interface WatchReport {
  readonly requests: number;
  /** Status and text of every answer that was not expected, and every broken connection, in order. */
  readonly failures: readonly string[];
  /** What was answered, in the order of the first answer. */
  readonly answers: readonly string[];
  readonly seconds: number;
}

export interface Watch {
  /** How often the address has answered, or failed to, so far. */
  readonly count: number;
  /** Ends it after one more answer; repeatable. */
  end(): Promise<WatchReport>;
}

const watches = new Set<Watch>();

/** A failed test leaves nothing that goes on. */
export async function endWatches(): Promise<void> {
  await Promise.all([...watches].map(async (one) => one.end()));
}

/** Asks an address about twenty times a second, until it is ended. */
export function watch(url: string, options: WatchOptions = {}): Watch {
  const { connections, isGood = (status) => status === 200 } = options;
  const over = new AbortController();
  const agent = new Agent({ keepAlive: connections !== undefined });
  const failures: string[] = [];
  const answers = new Set<string>();
  const startedAt = Date.now();
  let count = 0;
  const loop = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const { status, text } = await answerOf(url, agent);
      count += 1;
      if (isGood(status)) answers.add(text);
      else failures.push(`${String(status)} ${text.slice(0, 200)}`);
      await sleep(PAUSE_MS, over.signal).catch(() => undefined);
    }
  };
  const all = Promise.all(Array.from({ length: connections ?? 1 }, loop));
  const one: Watch = {
    get count() {
      return count;
    },
    end: async () => {
      over.abort();
      watches.delete(one);
      await all;
      agent.destroy();
      const seconds = (Date.now() - startedAt) / 1000;
      return { requests: count, failures, answers: [...answers], seconds };
    },
  };
  watches.add(one);
  return one;
}

/** Status 0 with the words of what went wrong when nothing was answered. */
async function answerOf(url: string, agent: Agent): Promise<{ status: number; text: string }> {
  try {
    const request = get(url, { agent, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
    return { status: response.statusCode ?? 0, text };
  } catch (error) {
    return { status: 0, text: String(error) };
  }
}

/** The status of one answer on a connection of its own; 0 when there was none. */
export async function statusOf(url: string): Promise<number> {
  return (await answerOf(url, new Agent({ keepAlive: false }))).status;
}
