import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { AppError } from '../platform/errors.ts';
import type { ErrorCode } from '../platform/errors.ts';
import type { Target } from './route.ts';

const KEEP_ALIVE_MS = 30_000;

export interface ConnectTargetOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * A connected socket. Throws `target_refused`, `connect_timeout` or `target_unreachable`; the signal's reason
 * when it is aborted first.
 */
export async function connectTarget(
  { host, port }: Target,
  { timeoutMs, signal }: ConnectTargetOptions,
): Promise<Socket> {
  signal.throwIfAborted();
  const socket = connect({
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
  });
  // Stays for the socket's life: an error between two owners must not end the process.
  socket.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      settle();
      socket.destroy();
      reject(error);
    };
    const onError = (error: Error): void => fail(connectError(error));
    const onAbort = (): void => fail(signal.reason as Error);
    const timer = setTimeout(
      () => fail(new AppError('connect_timeout', 'The target did not accept the connection in time')),
      timeoutMs,
    );
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError).off('connect', onConnect);
    };
    const onConnect = (): void => {
      settle();
      resolve(socket);
    };
    socket.once('error', onError).once('connect', onConnect);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

const CODES: Record<string, ErrorCode> = { ECONNREFUSED: 'target_refused', ETIMEDOUT: 'connect_timeout' };

function connectError(error: NodeJS.ErrnoException): AppError {
  const code = CODES[error.code ?? ''] ?? 'target_unreachable';
  return new AppError(code, 'The target does not accept connections', { cause: error });
}
