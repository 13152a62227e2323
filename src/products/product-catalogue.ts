import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError, toAppError } from '../platform/errors.ts';
import type { Product } from './product.ts';
import { loadProduct } from './product-folder.ts';

/** A folder that is not offered (or offered as it was before), and why. */
export interface ProductFault {
  readonly folder: string;
  /** `product_invalid`, with details.errors. */
  readonly error: AppError;
}

export interface CatalogueOptions {
  /** Folders whose subfolders are products, in order; the first one that claims an id has it. */
  readonly dirs: readonly string[];
}

/**
 * The products that may be deployed, in memory. A faulty folder takes no other product down: it is listed in
 * `faults`, and the version that was read from it before stays.
 */
export class ProductCatalogue {
  readonly #dirs: readonly string[];
  #products: ReadonlyMap<string, Product> = new Map();
  #faults: readonly ProductFault[] = [];
  #loading: Promise<void> | undefined;

  constructor({ dirs }: CatalogueOptions) {
    this.#dirs = dirs;
  }

  /** Reads all folders again. Repeatable; calls at the same time share one reading. Never throws for a product. */
  async load(): Promise<readonly ProductFault[]> {
    this.#loading ??= this.#read().finally(() => (this.#loading = undefined));
    await this.#loading;
    return this.#faults;
  }

  /** All products by id. */
  list(): readonly Product[] {
    return [...this.#products.values()];
  }

  /** Undefined when there is no such product. */
  find(id: string): Product | undefined {
    return this.#products.get(id);
  }

  /** Throws `product_not_found`. */
  get(id: string): Product {
    const product = this.find(id);
    if (product === undefined) throw new AppError('product_not_found', 'There is no such product');
    return product;
  }

  get faults(): readonly ProductFault[] {
    return this.#faults;
  }

  async #read(): Promise<void> {
    const products: Product[] = [];
    const faults: ProductFault[] = [];
    const claimed = new Map<string, string>();
    for (const folder of await this.#folders(faults)) {
      const id = basename(folder);
      const owner = claimed.get(id);
      if (owner !== undefined) {
        faults.push({
          folder,
          error: new AppError('product_invalid', `Product ${id} is already there, in ${owner}`),
        });
        continue;
      }
      claimed.set(id, folder);
      const product = await this.#readOne(folder, faults);
      if (product !== undefined) products.push(product);
    }
    products.sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#products = new Map(products.map((product) => [product.id, product]));
    this.#faults = faults;
  }

  async #readOne(folder: string, faults: ProductFault[]): Promise<Product | undefined> {
    try {
      return await loadProduct(folder);
    } catch (error) {
      faults.push({ folder, error: toAppError(error) });
      return this.find(basename(folder));
    }
  }

  async #folders(faults: ProductFault[]): Promise<string[]> {
    const folders: string[] = [];
    for (const dir of this.#dirs) {
      try {
        const entries = await readdir(dir, { withFileTypes: true });
        const names = entries
          .filter((entry) => !entry.name.startsWith('.') && !entry.isFile())
          .map(({ name }) => name);
        folders.push(...names.sort().map((name) => join(dir, name)));
      } catch (cause) {
        faults.push({
          folder: dir,
          error: new AppError('product_invalid', `The products folder ${dir} cannot be read`, { cause }),
        });
      }
    }
    return folders;
  }
}
