import { fingerprintOf, toHostKey } from './host-key.ts';
import type { Host, HostLoad } from './host.ts';

/** A host as the API shows it: the fingerprint of its key instead of the key, and how busy it is. */
export interface HostView extends Omit<Host, 'id' | 'host_key' | 'created_at'> {
  readonly host_id: string;
  readonly host_key_type: string | null;
  readonly host_key_fingerprint: string | null;
  /** How many deployments are active here, and how many wait. */
  readonly active: number;
  readonly waiting: number;
  /** ISO 8601 in UTC. */
  readonly created_at: string;
}

export function toHostView(host: Host, load: HostLoad): HostView {
  const { id, host_key: pinned, created_at: createdAt, ...fields } = host;
  const key = toHostKey(pinned);
  return {
    host_id: id,
    ...fields,
    host_key_type: key?.type ?? null,
    host_key_fingerprint: key === undefined ? null : fingerprintOf(key),
    active: load.active.length,
    waiting: load.waiting.length,
    created_at: new Date(createdAt).toISOString(),
  };
}
