import type { Brand } from '../platform/brand.ts';

export type HostId = Brand<string, 'HostId'>;

const HOST_ID = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

export type HostEnvironment = 'prod' | 'dev' | 'test';

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

export function isHostId(text: string): text is HostId {
  return HOST_ID.test(text);
}
