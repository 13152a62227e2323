import { parseRecord, type RecordPlace, Records } from '../platform/records.ts';
import { type Redis, withStore } from '../platform/redis.ts';
import { hostText, parseHost } from './host-record.ts';
import type { Host, HostId, HostRegistry } from './host.ts';

export interface RedisHostStoreOptions {
  readonly redis: Redis;
  readonly prefix: string;
}

/** Hosts in Redis: one JSON value `host:<id>` each, and the zset `hosts` by the time they were registered. */
export class RedisHostStore implements HostRegistry {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #records: Records;

  constructor({ redis, prefix }: RedisHostStoreOptions) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#records = new Records(redis);
  }

  async get(id: HostId): Promise<Host | undefined> {
    const text = await this.#records.read(this.#key(`host:${id}`));
    return text === undefined ? undefined : read(text, id);
  }

  async list(): Promise<readonly Host[]> {
    const ids = await withStore('hosts', () => this.#redis.zrange(this.#key('hosts'), '0', '-1'));
    if (ids.length === 0) return [];
    const texts = await withStore('hosts', () =>
      this.#redis.mget(...ids.map((id) => this.#key(`host:${id}`))),
    );
    // A host that was removed between the two reads is left out.
    const hosts = texts.flatMap((text, index) => (text === null ? [] : [read(text, ids[index] ?? '')]));
    return hosts.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async put(host: Host): Promise<void> {
    await this.#records.put(this.#place(host.id, host.created_at), hostText(host));
  }

  async add(host: Host): Promise<boolean> {
    return this.#records.add(this.#place(host.id, host.created_at), hostText(host));
  }

  async update(id: HostId, change: (before: Host) => Host): Promise<Host | undefined> {
    const text = await this.#records.update(this.#key(`host:${id}`), (stored) =>
      stored === undefined ? undefined : hostText(change(read(stored, id))),
    );
    return text === undefined ? undefined : read(text, id);
  }

  async remove(id: HostId): Promise<boolean> {
    return this.#records.remove(this.#place(id));
  }

  #place(id: HostId, score = 0): RecordPlace {
    return { key: this.#key(`host:${id}`), index: { key: this.#key('hosts'), member: id, score } };
  }

  #key(name: string): string {
    return `${this.#prefix}${name}`;
  }
}

function read(text: string, id: string): Host {
  return parseRecord(`host:${id}`, text, parseHost);
}
