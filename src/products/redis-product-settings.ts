import { parseRecord, Records } from '../platform/records.ts';
import { type Redis, withStore } from '../platform/redis.ts';
import {
  DEFAULT_SETTINGS,
  parseProductSettings,
  type ProductSettings,
  type ProductSettingsStore,
} from './product-settings.ts';

export interface RedisProductSettingsOptions {
  readonly redis: Redis;
  readonly prefix: string;
}

/** Settings in Redis: one JSON value `product:<id>` each. */
export class RedisProductSettings implements ProductSettingsStore {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #records: Records;

  constructor({ redis, prefix }: RedisProductSettingsOptions) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#records = new Records(redis);
  }

  async get(productId: string): Promise<ProductSettings> {
    const [settings = DEFAULT_SETTINGS] = await this.getMany([productId]);
    return settings;
  }

  async getMany(productIds: readonly string[]): Promise<readonly ProductSettings[]> {
    if (productIds.length === 0) return [];
    const keys = productIds.map((id) => this.#key(id));
    const texts = await withStore('product settings', () => this.#redis.mget(...keys));
    return texts.map((text, index) => parse(text ?? undefined, keys[index] ?? ''));
  }

  async update(
    productId: string,
    change: (before: ProductSettings) => ProductSettings,
  ): Promise<ProductSettings> {
    const key = this.#key(productId);
    const text = await this.#records.update(key, (stored) =>
      JSON.stringify({ v: 1, ...change(parse(stored, key)) }),
    );
    return parse(text, key);
  }

  #key(productId: string): string {
    return `${this.#prefix}product:${productId}`;
  }
}

function parse(text: string | undefined, key: string): ProductSettings {
  return text === undefined
    ? DEFAULT_SETTINGS
    : parseRecord(key, text, (json) => parseProductSettings(JSON.parse(json)));
}
