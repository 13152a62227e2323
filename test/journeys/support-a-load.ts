import { Agent, get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { sleep } from '../../src/platform/polling.ts';

const PAUSE_MS = 45;
const REQUEST_TIMEOUT_MS = 10_000;

export interface LoadReport {
  readonly requests: number;
  /** Status and text of every answer that was not expected, and every broken connection. */
  readonly failures: readonly string[];
  /** What was answered, in the order of the first answer. */
  readonly answers: readonly string[];
  readonly seconds: number;
}

export interface Load {
  /** Ends it and tells what was seen; repeatable. */
  stop(): Promise<LoadReport>;
}

/** Asks for `url` about twenty times a second over each of so many kept connections, until `stop`. */
export function startLoad(url: string, connections: number): Load {
  const over = new AbortController();
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const failures: string[] = [];
  const answers = new Set<string>();
  const startedAt = Date.now();
  let requests = 0;
  const one = async (): Promise<void> => {
    while (!over.signal.aborted) {
      requests++;
      const { status, text } = await ask(url, agent);
      if (status === 200) answers.add(text);
      else failures.push(`${String(status)} ${text.slice(0, 200)}`);
      await sleep(PAUSE_MS, over.signal).catch(() => undefined);
    }
  };
  const all = Promise.all(Array.from({ length: connections }, one));
  return {
    stop: async () => {
      over.abort();
      await all;
      agent.destroy();
      return { requests, failures, answers: [...answers], seconds: (Date.now() - startedAt) / 1000 };
    },
  };
}

async function ask(url: string, agent: Agent): Promise<{ status: number; text: string }> {
  try {
    const response = await respondedTo(url, agent);
    return { status: response.statusCode ?? 0, text: await textOf(response) };
  } catch (error) {
    return { status: 0, text: String(error) };
  }
}

/** A download that is read only as far as the test wants. */
export interface Download {
  /** Reads the rest; bytes in all. Throws when it breaks off. */
  finish(): Promise<number>;
}

/** Begins to read and stops at the first bytes: the server can send no more than the buffers on the way hold. */
export async function startDownload(url: string): Promise<Download> {
  const agent = new Agent({ keepAlive: false });
  const response = await respondedTo(url, agent, 120_000);
  if (response.statusCode !== 200)
    throw new Error(`The download was answered ${String(response.statusCode)}`);
  const broken = once(response, 'error').then(([error]) => error as Error);
  response.once('readable', () => undefined);
  await once(response, 'readable');
  return {
    finish: async () => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      const error = await Promise.race([once(response, 'end').then(() => undefined), broken]);
      agent.destroy();
      if (error) throw error;
      return bytes;
    },
  };
}

async function respondedTo(
  url: string,
  agent: Agent,
  timeout = REQUEST_TIMEOUT_MS,
): Promise<IncomingMessage> {
  const request = get(url, { agent, timeout });
  request.once('timeout', () => request.destroy(new Error(`No answer in ${String(timeout)} ms`)));
  request.on('error', () => undefined); // after the answer has begun its reader learns of it
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return text;
}
