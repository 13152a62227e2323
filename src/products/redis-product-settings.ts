import { join } from 'node:path';
import { AppError } from '../platform/errors.ts';
import { loadScript, type Redis, runScript, type Script, withStore } from '../platform/redis.ts';
import {
  DEFAULT_SETTINGS,
  parseProductSettings,
  type ProductSettings,
  type ProductSettingsStore,
} from './product-settings.ts';

const TRIES = 20;

export interface RedisProductSettingsOptions {
  readonly redis: Redis;
  readonly prefix: string;
}

/** Settings in Redis: one JSON value `product:<id>` each. */
export class RedisProductSettings implements ProductSettingsStore {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #compareAndSet: Script;

  constructor({ redis, prefix }: RedisProductSettingsOptions) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#compareAndSet = loadScript([join(import.meta.dirname, 'lua/compare-and-set.lua')]);
  }

  async get(productId: string): Promise<ProductSettings> {
    const [settings = DEFAULT_SETTINGS] = await this.getMany([productId]);
    return settings;
  }

  async getMany(productIds: readonly string[]): Promise<readonly ProductSettings[]> {
    if (productIds.length === 0) return [];
    const keys = productIds.map((id) => this.#key(id));
    const texts = await withStore('product settings', () => this.#redis.mget(...keys));
    return texts.map((text, index) => parse(text, keys[index] ?? ''));
  }

  async update(
    productId: string,
    change: (before: ProductSettings) => ProductSettings,
  ): Promise<ProductSettings> {
    const key = this.#key(productId);
    for (let i = 0; i < TRIES; i++) {
      const text = await withStore('product settings', () => this.#redis.get(key));
      const after = change(parse(text, key));
      const args = [text ?? '', JSON.stringify({ v: 1, ...after })];
      if ((await runScript(this.#redis, this.#compareAndSet, { keys: [key], args })) === 1) return after;
    }
    throw new AppError('conflict', 'Others change this product at the same time; try again');
  }

  #key(productId: string): string {
    return `${this.#prefix}product:${productId}`;
  }
}

function parse(text: string | null, key: string): ProductSettings {
  if (text === null) return DEFAULT_SETTINGS;
  try {
    return parseProductSettings(JSON.parse(text));
  } catch (error) {
    const cause = new Error(`record ${key}`, { cause: error });
    throw new AppError('internal', 'A stored record cannot be read', { cause });
  }
}
