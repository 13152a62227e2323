import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HELLO = join(import.meta.dirname, '../../ansible/products/hello');

export interface ProductEdits {
  /** Text of the file → what stands there instead. All must occur. */
  readonly product?: Readonly<Record<string, string>>;
  readonly compose?: Readonly<Record<string, string>>;
  /** Content of data.compose.yaml. */
  readonly data?: string;
}

/** A folder of products that a test writes, for ARK_PRODUCTS_DIR. */
export class ProductShelf {
  readonly dir = mkdtempSync(join(tmpdir(), 'ark-products-'));

  /** Lays product `id`: the built-in hello with these edits. A running coordinator reads it at its next start. */
  put(id: string, { product = {}, compose = {}, data }: ProductEdits): void {
    const folder = join(this.dir, id);
    mkdirSync(folder, { recursive: true });
    for (const name of ['product.yaml', 'compose.yaml']) cpSync(join(HELLO, name), join(folder, name));
    edit(join(folder, 'product.yaml'), product);
    edit(join(folder, 'compose.yaml'), compose);
    if (data !== undefined) writeFileSync(join(folder, 'data.compose.yaml'), data);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

function edit(path: string, edits: Readonly<Record<string, string>>): void {
  let text = readFileSync(path, 'utf8');
  for (const [from, to] of Object.entries(edits)) {
    if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
    text = text.replace(from, () => to);
  }
  writeFileSync(path, text);
}
