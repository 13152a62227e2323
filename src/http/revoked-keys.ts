import { withStore, type Redis } from '../platform/redis.ts';

/** Who revoked a callback key, when and why. */
export interface Revocation {
  readonly by: string;
  /** Epoch milliseconds; 0 where the configuration says so. */
  readonly at: number;
  readonly why: string;
}

export interface RevokedKeysOptions {
  readonly redis: Redis;
  readonly prefix: string;
  /** Revoked by ARK_REVOKED_CALLBACK_KEYS, whatever the store says. */
  readonly configured: readonly string[];
}

const BY_CONFIGURATION: Revocation = { by: 'ARK_REVOKED_CALLBACK_KEYS', at: 0, why: '' };

/** The callback keys that are no longer believed: those of the configuration, and those that an operator revoked. */
export class RevokedKeys {
  readonly #options: RevokedKeysOptions;

  constructor(options: RevokedKeysOptions) {
    this.#options = options;
  }

  /** Throws `store_unavailable`: who cannot look must not believe. */
  async ids(): Promise<readonly string[]> {
    const { redis, configured } = this.#options;
    const stored = await withStore('revoked keys', () => redis.hkeys(this.#key()));
    return [...configured, ...stored];
  }

  async all(): Promise<ReadonlyMap<string, Revocation>> {
    const { redis, configured } = this.#options;
    const stored = await withStore('revoked keys', () => redis.hgetall(this.#key()));
    return new Map([
      ...configured.map((id) => [id, BY_CONFIGURATION] as const),
      ...Object.entries(stored).map(([id, text]) => [id, JSON.parse(text) as Revocation] as const),
    ]);
  }

  /** For good; who revoked it first stays. */
  async revoke(id: string, revocation: Revocation): Promise<void> {
    const { redis } = this.#options;
    await withStore('revoke key', () => redis.hsetnx(this.#key(), id, JSON.stringify(revocation)));
  }

  #key(): string {
    return `${this.#options.prefix}revoked_keys`;
  }
}
