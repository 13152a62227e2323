import type { HostKey } from './host-key.ts';

export interface SshAddress {
  readonly address: string;
  readonly port: number;
}

/** Asks a machine for its public host key; the adapter is ssh-host-key.ts. */
export interface HostKeySource {
  /**
   * The key of this type, or the one that the machine prefers of those we accept. Nothing is logged in to. Throws
   * `host_unreachable` when none comes within 5 s, and the signal's reason when it is aborted first.
   */
  fetch(
    target: SshAddress,
    options: { readonly type?: string; readonly signal: AbortSignal },
  ): Promise<HostKey>;
}
