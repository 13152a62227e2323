import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { AppError } from './errors.ts';

export type { Redis } from 'ioredis';

const COMMAND_TIMEOUT_MS = 3_000;
const FIRST_CONNECT_MS = 5_000;
const LONGEST_BACKOFF_MS = 2_000;

export interface RedisOptions {
  /** `redis://…`, `rediss://…` or `unix://…`; may carry a password. */
  readonly url: string;
  /** Shown by CLIENT LIST: who this connection belongs to. */
  readonly name: string;
  /** Told of every connection error; they repeat while Redis is away. */
  readonly onError?: (error: Error) => void;
}

export interface ConnectOptions extends RedisOptions {
  /** How long the first connection may take, in ms. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * A client that connects in the background and reconnects for ever. While there is no connection a command
 * fails at once, and one that was under way is not sent again: a write that was reported as failed must not
 * happen later. End it with `disconnect()`.
 */
export function openRedis({ url, name, onError }: RedisOptions): Redis {
  const redis = new Redis(url, {
    connectionName: name,
    connectTimeout: FIRST_CONNECT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: 2 * COMMAND_TIMEOUT_MS,
    disconnectTimeout: 100,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (tries) => Math.min(50 * 2 ** Math.min(tries, 10), LONGEST_BACKOFF_MS),
  });
  redis.on('error', (error: Error) => onError?.(error));
  return redis;
}

/** As openRedis, once the first connection stands. Throws `store_unavailable` after `waitMs` (5 s). */
export async function connectRedis({ waitMs, signal, ...options }: ConnectOptions): Promise<Redis> {
  let lastError: Error | undefined;
  const redis = openRedis({
    ...options,
    onError: (error) => {
      lastError = error;
      options.onError?.(error);
    },
  });
  try {
    const deadline = AbortSignal.timeout(waitMs ?? FIRST_CONNECT_MS);
    await waitUntilReady(redis, signal === undefined ? deadline : AbortSignal.any([deadline, signal]));
    return redis;
  } catch (error) {
    redis.disconnect();
    throw new AppError('store_unavailable', 'Redis cannot be reached', { cause: lastError ?? error });
  }
}

/** Resolves when commands can be sent; rejects when the signal is aborted first. */
export async function waitUntilReady(redis: Redis, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  // `once` would reject at the first connection error, while the client itself goes on trying.
  const ready = new EventTarget();
  const announce = (): void => void ready.dispatchEvent(new Event('ready'));
  redis.on('ready', announce);
  try {
    if (redis.status !== 'ready') await once(ready, 'ready', { signal });
  } finally {
    redis.off('ready', announce);
  }
}

/** A Lua program: library fragments first, then the act itself, as one text. */
export interface Script {
  readonly name: string;
  readonly text: string;
  readonly sha1: string;
}

/** Reads the files in order and joins them; without a name the last one names the script. */
export function loadScript(paths: readonly string[], named?: string): Script {
  const text = paths.map((path) => readFileSync(path, 'utf8')).join('\n');
  const name = named ?? (paths.at(-1) ?? 'script').replace(/^.*\//, '').replace(/\.lua$/, '');
  return { name, text, sha1: createHash('sha1').update(text).digest('hex') };
}

/**
 * Runs a script by its hash and sends the text only when this Redis does not know it. Returns its answer.
 * Throws `store_unavailable` when Redis gave none: it may have run or not, so scripts are repeatable.
 */
export async function runScript(
  redis: Redis,
  script: Script,
  { keys, args }: { readonly keys: readonly string[]; readonly args: readonly (string | number)[] },
): Promise<unknown> {
  return withStore(script.name, async () => {
    try {
      return await redis.evalsha(script.sha1, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isReply(error, 'NOSCRIPT')) throw error;
      return redis.eval(script.text, keys.length, ...keys, ...args);
    }
  });
}

/**
 * What is sent to Redis before this turn ends leaves in one write: a page asks for hundreds of records, and a system call
 * for each took a quarter of its time. Order, deadlines and failures of commands stay as they are.
 */
export function sendTogether({ status, stream }: Redis): void {
  if (status !== 'ready' || stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => {
    stream.uncork();
  });
}

/** Runs `act`; what Redis or the connection throws becomes `store_unavailable`, or `internal` if it is our bug. */
export async function withStore<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw toStoreError(error, what);
  }
}

/** See withStore; an AppError passes unchanged. */
export function toStoreError(error: unknown, what: string): AppError {
  if (error instanceof AppError) return error;
  if (isReply(error) && !isReply(error, ...NOT_OUR_BUG)) {
    return new AppError('internal', 'Something went wrong on our side', {
      cause: new Error(`redis: ${what}`, { cause: error }),
    });
  }
  return new AppError('store_unavailable', 'The store does not answer; try again in a moment', {
    cause: new Error(`redis: ${what}`, { cause: error }),
    retryAfterS: 2,
  });
}

/** Answers of a Redis that is up but cannot serve; every other error answer means that we asked wrongly. */
const NOT_OUR_BUG = ['LOADING', 'READONLY', 'OOM', 'MISCONF', 'BUSY', 'MASTERDOWN', 'CLUSTERDOWN', 'NOAUTH'];

function isReply(error: unknown, ...prefixes: readonly string[]): error is Error {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return false;
  return prefixes.length === 0 || prefixes.includes(error.message.split(' ', 1)[0] ?? '');
}
