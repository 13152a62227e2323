import { NodeSSH, type Config } from 'node-ssh';
import { AppError } from '../platform/errors.ts';
import { type HostKey, keyOfBlob } from './host-key.ts';
import type { HostKeySource, SshAddress } from './host-key-source.ts';

const DEADLINE_MS = 5_000;

/** Signature algorithms by key type: one RSA key signs with several. Best first. */
export const SIGNATURES_OF_KEY: Readonly<Record<string, readonly string[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/** What we use of ssh2's client, which comes without types. */
export interface Connection {
  on(event: 'error', listener: () => void): unknown;
  destroy(): unknown;
}

/** Host keys over SSH: the key exchange runs, then the connection is refused from our side. */
export const sshHostKeys: HostKeySource = {
  fetch: async (target, { type, signal }) => fetchHostKey(target, { type, signal }),
};

async function fetchHostKey(
  target: SshAddress,
  { type, signal }: { readonly type: string | undefined; readonly signal: AbortSignal },
): Promise<HostKey> {
  signal.throwIfAborted();
  const ssh = new NodeSSH();
  let blob: Buffer | undefined;
  const connecting = ssh.connect(configFor(target, type, (key) => (blob = key)));
  const connection = ssh.connection as Connection | null;
  // node-ssh leaves the connection without an error listener at times (its issue 421), and a late reset would end
  // the process.
  connection?.on('error', () => undefined);
  const ends = connecting.then(
    () => undefined,
    (error: unknown) => error,
  );
  try {
    const error = await endsInTime(ends, signal);
    signal.throwIfAborted();
    const key = blob === undefined ? undefined : keyOfBlob(blob);
    if (key !== undefined) return key;
    throw new AppError('host_unreachable', `${target.address} shows no SSH host key on port ${target.port}`, {
      cause: error,
    });
  } finally {
    connection?.destroy();
    ssh.dispose();
  }
}

function configFor(
  { address, port }: SshAddress,
  type: string | undefined,
  keep: (key: Buffer) => void,
): Config {
  const algorithms =
    type === undefined ? Object.values(SIGNATURES_OF_KEY).flat() : (SIGNATURES_OF_KEY[type] ?? []);
  return {
    host: address,
    port,
    username: 'ark',
    readyTimeout: DEADLINE_MS,
    algorithms: { serverHostKey: [...algorithms] },
    hostVerifier: (key: Buffer) => {
      keep(key);
      return false;
    },
  } as Config;
}

/** What ended the connection; undefined when the deadline or the signal did. */
async function endsInTime(ends: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const stop = (): void => resolve(undefined);
  deadline.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([ends, promise]);
  } finally {
    deadline.removeEventListener('abort', stop);
  }
}
