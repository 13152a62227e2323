import {
  DEFAULT_SETTINGS,
  type ProductSettings,
  type ProductSettingsStore,
} from '../../src/products/product-settings.ts';

/** Settings in memory, with the same contract as those in Redis. */
export class MemoryProductSettings implements ProductSettingsStore {
  readonly #settings = new Map<string, ProductSettings>();

  async get(productId: string): Promise<ProductSettings> {
    return Promise.resolve(this.#settings.get(productId) ?? DEFAULT_SETTINGS);
  }

  async getMany(productIds: readonly string[]): Promise<readonly ProductSettings[]> {
    return Promise.all(productIds.map(async (id) => this.get(id)));
  }

  async update(
    productId: string,
    change: (before: ProductSettings) => ProductSettings,
  ): Promise<ProductSettings> {
    const after = change(this.#settings.get(productId) ?? DEFAULT_SETTINGS);
    this.#settings.set(productId, after);
    return Promise.resolve(after);
  }
}
