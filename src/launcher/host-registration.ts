import { sha256 } from '../platform/digest.ts';
import type { ApiClient, HostAnswer } from './api-client.ts';

/** A client host that was started. */
export interface StartedHost {
  readonly id: string;
  readonly address: string;
  readonly current: { readonly hostKey: string };
}

/** Behind the name of a host that does not run; it also tells our cordon from an operator's. */
const OFF = ' (off)';

/**
 * Registers the hosts with the keys that they were started with; one whose address or key changed is corrected, one
 * that this program cordoned while it did not run is open again. Repeatable.
 */
export async function registerHosts(hosts: readonly StartedHost[], api: ApiClient): Promise<void> {
  const known = new Map((await api.hosts()).map((host) => [host.host_id, host]));
  for (const { id, address, current } of hosts) {
    const record = known.get(id);
    const isElsewhere = record !== undefined && record.address !== address; // an address is for life
    if (isElsewhere) await api.removeHost(id);
    if (record === undefined || isElsewhere) {
      await api.registerHost({ host_id: id, name: id, address, host_key: current.hostKey });
      continue;
    }
    const isOtherKey = record.host_key_fingerprint !== fingerprint(current.hostKey);
    if (isOtherKey) await api.changeHost(id, { host_key: current.hostKey });
    if (record.name.endsWith(OFF)) await reopen(record, api);
  }
}

/**
 * Cordons the hosts of earlier starts that do not run now, so that no order is sent to them, and marks their names.
 * Returns the ids of all that do not run. Repeatable.
 */
export async function cordonOthers(
  hosts: readonly StartedHost[],
  api: ApiClient,
  prefix: string,
): Promise<readonly string[]> {
  const running = new Set(hosts.map(({ id }) => id));
  const isOurs = (id: string): boolean => id.startsWith(prefix) && /^\d+$/.test(id.slice(prefix.length));
  const off = (await api.hosts()).filter(({ host_id: id }) => isOurs(id) && !running.has(id));
  for (const { host_id: id, name, cordoned } of off) {
    if (cordoned) continue;
    // The name first: cut off in between, the next start ends what this one began.
    if (!name.endsWith(OFF)) await api.changeHost(id, { name: name + OFF });
    await api.cordon(id, 'npm start: it does not run');
  }
  return off.map(({ host_id: id }) => id);
}

/** The name last: cut off in between, the next start ends what this one began. */
async function reopen({ host_id: id, name }: HostAnswer, api: ApiClient): Promise<void> {
  await api.uncordon(id, 'npm start: it runs again');
  await api.changeHost(id, { name: name.slice(0, -OFF.length) });
}

/** `SHA256:…`, as ssh-keygen shows it. */
export function fingerprint(hostKey: string): string {
  const bytes = Buffer.from(hostKey.split(' ')[1] ?? '', 'base64');
  return `SHA256:${sha256(bytes).toString('base64').replace(/=+$/, '')}`;
}
