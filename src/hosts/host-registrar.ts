import { invalidFields } from '../http/validate.ts';
import { AppError } from '../platform/errors.ts';
import { fingerprintOf, isSameKey, toHostKey, type HostKey } from './host-key.ts';
import type { HostKeySource } from './host-key-source.ts';
import type { Host, HostId, HostRegistry } from './host.ts';

/** A host as an admin registers it, checked field by field and with a sound key. */
export type NewHost = Omit<Host, 'created_at' | 'cordoned'>;

/** What may be changed later. Not the address: routes and ports of instances are bound to it. A cordon needs a reason. */
export type HostChange = Partial<Omit<NewHost, 'id' | 'address'>>;

export interface HostRegistrarOptions {
  readonly hosts: HostRegistry;
  readonly keys: HostKeySource;
  /** True while an instance that is not deleted lives on the host. */
  readonly isInUse: (id: HostId) => Promise<boolean>;
  readonly clock: () => number;
}

export interface KeyCheck {
  /** May the host stay unasked when it does not answer? A wrong key is refused all the same. */
  readonly unchecked: boolean;
  readonly signal: AbortSignal;
}

export interface EditCheck extends KeyCheck {
  /** Throws when the change is meant for another state of the host. */
  readonly judge: (stored: Host) => void;
}

/** What a host shows when asked now, beside what is pinned. */
export interface HostCheck {
  readonly reachable: boolean;
  readonly key_matches: boolean;
  readonly pinned_fingerprint: string;
  readonly shown_fingerprint: string | null;
}

/** Registers, changes and removes hosts. No host key is ever believed without an admin's word. */
export class HostRegistrar {
  readonly #options: HostRegistrarOptions;

  constructor(options: HostRegistrarOptions) {
    this.#options = options;
  }

  /** Throws `host_not_found`. */
  async get(id: HostId): Promise<Host> {
    const host = await this.#options.hosts.get(id);
    if (host === undefined) throw notFound();
    return host;
  }

  /**
   * Stores the host when the machine shows the confirmed key. Throws `host_key_mismatch`, `host_unreachable` (unless
   * `unchecked`), and `conflict` for an id or an address that is registered already.
   */
  async register(order: NewHost, check: KeyCheck): Promise<Host> {
    const { hosts, clock } = this.#options;
    const host: Host = { ...order, cordoned: false, created_at: clock() };
    await this.#mustBeFree(host);
    await this.#mustShowKey(host, check);
    if (!(await hosts.add(host))) throw new AppError('conflict', `Host ${host.id} is registered already`);
    return host;
  }

  /** Throws as `register`, and `host_not_found`. The machine is asked only when the key or the SSH port changes. */
  async edit(id: HostId, change: HostChange, check: EditCheck): Promise<Host> {
    const before = await this.get(id);
    check.judge(before);
    const wanted = { ...before, ...change };
    mustBePortRange(wanted);
    const isOtherEnd = wanted.host_key !== before.host_key || wanted.ssh_port !== before.ssh_port;
    if (isOtherEnd) await this.#mustShowKey(wanted, check);
    const after = await this.#options.hosts.update(id, (stored) => {
      check.judge(stored);
      return { ...stored, ...change };
    });
    if (after === undefined) throw notFound();
    return after;
  }

  /** Throws `host_not_found`, and `conflict` while instances live there. */
  async remove(id: HostId): Promise<void> {
    await this.get(id);
    if (await this.#options.isInUse(id)) {
      throw new AppError(
        'conflict',
        `Host ${id} has instances: cordon it, remove or relocate them, then repeat`,
      );
    }
    await this.#options.hosts.remove(id);
  }

  /** Asks the host for its key now. Throws `host_not_found`; an unreachable host is an answer, not an error. */
  async check(id: HostId, signal: AbortSignal): Promise<HostCheck> {
    const host = await this.get(id);
    const pinned = pinnedKey(host);
    const shown = await this.#shownKey(host, pinned, signal).catch(onlyUnreachable);
    return {
      reachable: shown !== undefined,
      key_matches: shown !== undefined && isSameKey(shown, pinned),
      pinned_fingerprint: fingerprintOf(pinned),
      shown_fingerprint: shown === undefined ? null : fingerprintOf(shown),
    };
  }

  async #mustBeFree(host: Host): Promise<void> {
    mustBePortRange(host);
    const all = await this.#options.hosts.list();
    if (all.some(({ id }) => id === host.id)) {
      throw new AppError('conflict', `Host ${host.id} is registered already`);
    }
    const other = all.find(({ address }) => address === host.address);
    if (other !== undefined)
      throw new AppError('conflict', `${host.address} is registered already, as ${other.id}`);
  }

  async #mustShowKey(host: Host, { unchecked, signal }: KeyCheck): Promise<void> {
    const pinned = pinnedKey(host);
    const asked = this.#shownKey(host, pinned, signal);
    const shown = await (unchecked ? asked.catch(onlyUnreachable) : asked);
    if (shown === undefined || isSameKey(shown, pinned)) return;
    throw new AppError(
      'host_key_mismatch',
      `${host.address} shows another host key than the one to be confirmed`,
      {
        details: { confirmed_fingerprint: fingerprintOf(pinned), shown_fingerprint: fingerprintOf(shown) },
      },
    );
  }

  async #shownKey(
    { address, ssh_port: port }: Host,
    { type }: HostKey,
    signal: AbortSignal,
  ): Promise<HostKey> {
    return this.#options.keys.fetch({ address, port }, { type, signal });
  }
}

function notFound(): AppError {
  return new AppError('host_not_found', 'There is no such host');
}

function onlyUnreachable(error: unknown): undefined {
  if (error instanceof AppError && error.code === 'host_unreachable') return undefined;
  throw error;
}

function pinnedKey(host: Host): HostKey {
  const key = toHostKey(host.host_key);
  if (key === undefined) throw new AppError('internal', `The stored key of host ${host.id} is none`);
  return key;
}

const EPHEMERAL = { first: 32_768, last: 60_999 };
const LEAST_PORTS = 10;

/** The kernel gives ephemeral ports (Linux: 32768 to 60999) to anybody; ours must stay ours. */
function mustBePortRange({ port_min: min, port_max: max }: Pick<Host, 'port_min' | 'port_max'>): void {
  const overlaps = min <= EPHEMERAL.last && max >= EPHEMERAL.first;
  if (max - min + 1 >= LEAST_PORTS && !overlaps) return;
  const fault = overlaps
    ? 'must lie outside 32768–60999, the ephemeral ports'
    : `must leave ${LEAST_PORTS} ports`;
  throw invalidFields([{ field: 'port_max', message: `the port range ${fault}` }]);
}
