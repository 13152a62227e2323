import { NodeSSH, type Config } from 'node-ssh';
import { AppError } from '../platform/errors.ts';
import type { Secret } from '../platform/secret.ts';
import { fingerprintOf, isSameKey, keyOfBlob, toHostKey, type HostKey } from './host-key.ts';
import type { Host } from './host.ts';
import { SIGNATURES_OF_KEY, type Connection } from './ssh-host-key.ts';

const CONNECT_WITHIN_MS = 5_000;
const ANSWER_WITHIN_MS = 10_000;
const MOST_OUTPUT = 1_048_576;

export interface RemoteAnswer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs one command on a host, as the user of its record, and only on a machine that shows the pinned key. The command
 * is a constant of ours with words of strict grammars. Throws `host_unreachable` and `host_key_mismatch`.
 */
export async function runOverSsh(
  host: Host,
  command: string,
  { privateKey, signal }: { readonly privateKey: Secret; readonly signal: AbortSignal },
): Promise<RemoteAnswer> {
  signal.throwIfAborted();
  const ssh = new NodeSSH();
  const shown: { key?: HostKey | undefined } = {};
  const connecting = ssh.connect(configFor(host, privateKey, shown));
  const connection = ssh.connection as Connection | null;
  // node-ssh leaves the connection without an error listener at times (its issue 421), and a late reset would end
  // the process.
  connection?.on('error', () => undefined);
  const cut = (): void => void connection?.destroy();
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_WITHIN_MS + ANSWER_WITHIN_MS)]);
  deadline.addEventListener('abort', cut, { once: true });
  try {
    await connecting;
    return await answerOf(ssh, command, deadline);
  } catch (error) {
    signal.throwIfAborted();
    throw faultOf(host, shown.key, error);
  } finally {
    deadline.removeEventListener('abort', cut);
    connection?.destroy();
    ssh.dispose();
  }
}

function configFor(host: Host, privateKey: Secret, shown: { key?: HostKey | undefined }): Config {
  const pinned = toHostKey(host.host_key);
  return {
    host: host.address,
    port: host.ssh_port,
    username: host.ssh_user,
    privateKey: `${privateKey.reveal()}\n`,
    readyTimeout: CONNECT_WITHIN_MS,
    algorithms: { serverHostKey: [...(SIGNATURES_OF_KEY[pinned?.type ?? ''] ?? [])] },
    hostVerifier: (blob: Buffer) => {
      shown.key = keyOfBlob(blob);
      return pinned !== undefined && shown.key !== undefined && isSameKey(shown.key, pinned);
    },
  } as Config;
}

/** A command whose connection is cut never answers by itself. */
async function answerOf(ssh: NodeSSH, command: string, deadline: AbortSignal): Promise<RemoteAnswer> {
  const { promise: cut, reject } = Promise.withResolvers<never>();
  deadline.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true });
  deadline.throwIfAborted();
  let bytes = 0;
  const tooLong = Promise.withResolvers<never>();
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > MOST_OUTPUT) tooLong.reject(new Error('the answer is too long'));
  };
  const running = ssh.execCommand(command, { onStdout: count, onStderr: count });
  const { code, stdout, stderr } = await Promise.race([running, cut, tooLong.promise]);
  return { code, stdout, stderr };
}

function faultOf(
  { address, ssh_user: user, ...host }: Host,
  shown: HostKey | undefined,
  cause: unknown,
): AppError {
  const pinned = toHostKey(host.host_key);
  if (shown !== undefined && pinned !== undefined && !isSameKey(shown, pinned)) {
    return new AppError('host_key_mismatch', `${address} shows another host key than the pinned one`, {
      details: { pinned_fingerprint: fingerprintOf(pinned), shown_fingerprint: fingerprintOf(shown) },
      cause,
    });
  }
  const words =
    shown === undefined
      ? `${address} does not answer over SSH`
      : `${address} does not let ${user} in with our key`;
  return new AppError('host_unreachable', words, { cause });
}
