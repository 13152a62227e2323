import type { Brand } from '../platform/brand.ts';

export type HostId = Brand<string, 'HostId'>;

const HOST_ID = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** A machine of a client that instances land on. */
export interface Host {
  readonly id: HostId;
  readonly name: string;
  /** IP literal. */
  readonly address: string;
  readonly ssh_port: number;
  readonly ssh_user: string;
  /** `type base64` of the pinned public key, as in known_hosts. */
  readonly host_key: string;
  readonly sudo: boolean;
  /** Clients whose instances go here unless the order says otherwise. */
  readonly clients: readonly string[];
  /** Published ports come from [port_min, port_max], outside the kernel's ephemeral range. */
  readonly port_min: number;
  readonly port_max: number;
  /** Deployments that may be active here at once. */
  readonly slots: number;
  /** A cordoned host takes no new deployment. */
  readonly cordoned: boolean;
  /** Epoch milliseconds. */
  readonly created_at: number;
}

/** Keeps hosts; adapters are redis-host-store.ts and the contract test's memory twin. */
export interface HostStore {
  /** Undefined when there is no such host. */
  get(id: HostId): Promise<Host | undefined>;
  /** All hosts by id. */
  list(): Promise<readonly Host[]>;
  /** Writes the whole record; repeatable. */
  put(host: Host): Promise<void>;
  /** True when it was there. */
  remove(id: HostId): Promise<boolean>;
}

/** A HostStore whose records people edit at the same time. */
export interface HostRegistry extends HostStore {
  /** False when there is a host of this id already; nothing is written then. */
  add(host: Host): Promise<boolean>;
  /**
   * Writes what `change` makes of the stored host and returns it; undefined when there is none. Two changes at the
   * same time both count, so `change` may run more than once. Throws `conflict` when others keep writing first.
   */
  update(id: HostId, change: (before: Host) => Host): Promise<Host | undefined>;
}

/** How busy a host is: counts, or the lists that are counted. */
export interface HostLoad {
  readonly active: { readonly length: number };
  readonly waiting: { readonly length: number };
}

export function isHostId(text: string): text is HostId {
  return HOST_ID.test(text);
}
