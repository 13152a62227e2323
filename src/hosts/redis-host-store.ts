import { join } from 'node:path';
import { AppError } from '../platform/errors.ts';
import { loadScript, type Redis, runScript, type Script, withStore } from '../platform/redis.ts';
import { hostText, parseHost } from './host-record.ts';
import type { Host, HostId, HostRegistry } from './host.ts';

const TRIES = 20;
const ANY = '*';
const NONE = '';

export interface RedisHostStoreOptions {
  readonly redis: Redis;
  readonly prefix: string;
}

/** Hosts in Redis: one JSON value `host:<id>` each, and the zset `hosts` by the time they were registered. */
export class RedisHostStore implements HostRegistry {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #write: Script;

  constructor({ redis, prefix }: RedisHostStoreOptions) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#write = loadScript([join(import.meta.dirname, 'lua/write-host.lua')]);
  }

  async get(id: HostId): Promise<Host | undefined> {
    const text = await this.#text(id);
    return text === null ? undefined : read(text, id);
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
    await this.#store(host, ANY);
  }

  async add(host: Host): Promise<boolean> {
    return this.#store(host, NONE);
  }

  async update(id: HostId, change: (before: Host) => Host): Promise<Host | undefined> {
    for (let i = 0; i < TRIES; i++) {
      const text = await this.#text(id);
      if (text === null) return undefined;
      const after = change(read(text, id));
      if (await this.#store(after, text)) return after;
    }
    throw new AppError('conflict', 'Others change this host at the same time; try again');
  }

  async remove(id: HostId): Promise<boolean> {
    return this.#run(id, [ANY, NONE, 0, id]);
  }

  async #store(host: Host, expected: string): Promise<boolean> {
    return this.#run(host.id, [expected, hostText(host), host.created_at, host.id]);
  }

  async #run(id: HostId, args: readonly (string | number)[]): Promise<boolean> {
    const keys = [this.#key(`host:${id}`), this.#key('hosts')];
    return (await runScript(this.#redis, this.#write, { keys, args })) === 1;
  }

  async #text(id: HostId): Promise<string | null> {
    return withStore('host', () => this.#redis.get(this.#key(`host:${id}`)));
  }

  #key(name: string): string {
    return `${this.#prefix}${name}`;
  }
}

function read(text: string, id: string): Host {
  try {
    return parseHost(text);
  } catch (error) {
    const cause = new Error(`record host:${id}`, { cause: error });
    throw new AppError('internal', 'A stored record cannot be read', { cause });
  }
}
