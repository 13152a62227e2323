import type { Host, HostId, HostRegistry } from '../../src/hosts/host.ts';

/** Hosts in memory, with the same contract as those in Redis. */
export class MemoryHostRegistry implements HostRegistry {
  readonly #hosts = new Map<HostId, Host>();

  async get(id: HostId): Promise<Host | undefined> {
    return Promise.resolve(this.#hosts.get(id));
  }

  async list(): Promise<readonly Host[]> {
    return Promise.resolve([...this.#hosts.values()].sort((a, b) => (a.id < b.id ? -1 : 1)));
  }

  async put(host: Host): Promise<void> {
    this.#hosts.set(host.id, host);
    return Promise.resolve();
  }

  async add(host: Host): Promise<boolean> {
    if (this.#hosts.has(host.id)) return Promise.resolve(false);
    this.#hosts.set(host.id, host);
    return Promise.resolve(true);
  }

  async update(id: HostId, change: (before: Host) => Host): Promise<Host | undefined> {
    const before = this.#hosts.get(id);
    if (before === undefined) return Promise.resolve(undefined);
    const after = change(before);
    this.#hosts.set(id, after);
    return Promise.resolve(after);
  }

  async remove(id: HostId): Promise<boolean> {
    return Promise.resolve(this.#hosts.delete(id));
  }
}
