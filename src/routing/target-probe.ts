import { request } from 'node:http';
import { sleep } from '../platform/polling.ts';
import type { Target } from './route.ts';

const ONE_TRY_MS = 2_000;
const BODY_LIMIT_BYTES = 4_096;

export interface ProbeOptions {
  /** Health path, with its leading slash. */
  readonly path: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export type ProbeResult =
  | { readonly healthy: true }
  /** `last` says what the last try met, in words for people. */
  | { readonly healthy: false; readonly last: string };

/**
 * Asks the target itself until it answers 200 to 399 or the time is over: GET, no redirects followed, few KB,
 * 2 s a try. Repeatable; throws only when `signal` is aborted.
 */
export async function probeTarget(
  target: Target,
  { path, timeoutMs, signal }: ProbeOptions,
): Promise<ProbeResult> {
  const endAt = Date.now() + timeoutMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    const seen = await tryOnce(target, path, signal);
    if (seen === undefined) return { healthy: true };
    if (Date.now() + pauseMs >= endAt) return { healthy: false, last: seen };
    await sleep(pauseMs, signal);
  }
}

/** Undefined when healthy, else what was met. */
async function tryOnce(
  { host, port }: Target,
  path: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  signal.throwIfAborted();
  return new Promise((resolve) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ONE_TRY_MS)]);
    const outgoing = request({
      host,
      port,
      path,
      agent: false,
      signal: limit,
      headers: { 'user-agent': 'ark-probe' },
    });
    outgoing.on('response', (response) => {
      const status = response.statusCode ?? 0;
      let bytes = 0;
      response.on('error', () => undefined);
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > BODY_LIMIT_BYTES) response.destroy();
      });
      response.on('close', () => {
        resolve(status >= 200 && status < 400 ? undefined : `GET ${path} answered ${String(status)}`);
      });
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      resolve(`GET ${path} met ${error.code ?? error.name}`);
    });
    outgoing.end();
  });
}
