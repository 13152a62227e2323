import { Agent, request, type OutgoingHttpHeaders } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { TOKEN } from './coordinator-process.ts';

export interface Shot {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

const LONGEST_MS = 30_000;

/** Kept connections to one coordinator, as nginx has them. */
export class Caller {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64, scheduling: 'lifo' });
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  async call({ method = 'GET', path, headers = {}, body }: Shot): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const given = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers };
    const sent = request(
      {
        ...{ host: '127.0.0.1', port: this.#port, agent: this.#agent, method, path },
        headers: body === undefined ? given : { ...given, 'content-length': Buffer.byteLength(body) },
        signal: AbortSignal.timeout(LONGEST_MS),
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part)).on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') });
        });
      },
    );
    sent.on('error', reject).end(body);
    return promise;
  }

  close(): void {
    this.#agent.destroy();
  }
}

/**
 * Fires at fixed moments whether or not earlier ones are answered; the time of each counts from the moment it was due,
 * so that a stall shows in all that it held up. Returns ms. Throws when an answer has another status.
 */
export async function fire(
  { rate, seconds }: { readonly rate: number; readonly seconds: number },
  shoot: (at: number) => Promise<void>,
): Promise<readonly number[]> {
  const count = Math.round(rate * seconds);
  const startedAt = performance.now();
  const running: Promise<number>[] = [];
  const shootOne = async (at: number, dueAt: number): Promise<number> => {
    await shoot(at);
    return performance.now() - dueAt;
  };
  while (running.length < count) {
    const dueAt = startedAt + (running.length * 1_000) / rate;
    if (performance.now() < dueAt) await delay(1);
    else {
      const shot = shootOne(running.length, dueAt);
      // told below, once all are fired
      shot.catch(() => undefined);
      running.push(shot);
    }
  }
  return Promise.all(running);
}
