import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../src/platform/errors.ts';
import type { Product } from '../../src/products/product.ts';
import { loadProduct } from '../../src/products/product-folder.ts';

export const PRODUCT = `
name: Shop
version: '1.0'
endpoints: { web: { service: web, port: 8080 } }
`;

export const COMPOSE = `
services:
  web: { image: 'ark/hello:1' }
`;

export const DATA = `
services:
  db: { image: 'postgres:16', networks: [data], volumes: ['files:/var/lib/data'] }
networks: { data: {} }
volumes: { files: {} }
`;

/** Files of a product folder by name; product.yaml and compose.yaml have a sound text unless given. */
export type Files = Readonly<Record<string, string | Buffer>>;

/** A folder `<tmp>/<id>` with these files, for as long as `use` runs. */
export async function withFolder<T>(
  files: Files,
  use: (folder: string) => Promise<T>,
  id = 'shop',
): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'ark-product-'));
  try {
    const folder = join(scratch, id);
    await mkdir(folder);
    const all = { 'product.yaml': PRODUCT, 'compose.yaml': COMPOSE, ...files };
    for (const [name, text] of Object.entries(all)) await writeFile(join(folder, name), text);
    return await use(folder);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

export async function loaded(files: Files): Promise<Product> {
  return withFolder(files, loadProduct);
}

/** The faults of the folder as `path: message` lines; fails when it loads. */
export async function faultsOf(files: Files, id?: string): Promise<string[]> {
  return withFolder(
    files,
    async (folder) => {
      const error = await loadProduct(folder).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof AppError) || error.code !== 'product_invalid')
        throw new Error(`not refused: ${String(error)}`);
      return faultLines(error);
    },
    id,
  );
}

export function faultLines(error: AppError): string[] {
  const faults = error.details['errors'] as readonly { field: string; message: string }[];
  return faults.map(({ field, message }) => `${field}: ${message}`);
}
