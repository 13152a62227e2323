import type { Host } from './host.ts';

/** What a host says of one container. */
export interface InspectedContainer {
  /** The full id. */
  readonly id: string;
  readonly running: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly published: readonly PublishedPort[];
}

export interface PublishedPort {
  /** The port inside, TCP. */
  readonly container_port: number;
  readonly host_ip: string;
  readonly host_port: number;
}

/** Asks the Docker engine of a host over SSH; the adapter is ssh-containers.ts. */
export interface ContainerInspector {
  /**
   * The container as it is now; undefined when the host has none of this id. Only what shows the pinned host key is
   * asked. Throws `host_unreachable` (also when the host does not let us in), `host_key_mismatch`, and `conflict` when
   * this coordinator has no SSH key.
   */
  inspect(host: Host, containerId: string, signal: AbortSignal): Promise<InspectedContainer | undefined>;
}
