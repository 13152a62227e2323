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

/** Serves only after the seconds of its input `wait_s`, and has 10 minutes for it. */
export const HELD: ProductEdits = {
  product: {
    'timeout_s: 30': 'timeout_s: 600',
    'inputs:': 'inputs:\n  wait_s: { type: integer, title: Espera, default: 0, env: WAIT_S }',
  },
  compose: { ...command('sleep "$$WAIT_S"; exec /bin/hello'), 'retries: 10': 'retries: 1000' },
};

/** Wants an image that no host has. */
export const MISSING: ProductEdits = { compose: { 'ark/hello:1': 'ark/missing:1' } };

const LARGE_MIB = 48;
export const LARGE_BYTES = LARGE_MIB * 1024 * 1024;

/** Has a download at `large.bin` that no buffer on the way holds: a hole, so that it costs no memory. */
export const LARGE: ProductEdits = {
  product: { 'drain_s: 5': 'drain_s: 60' },
  compose: command(
    `busybox dd if=/dev/zero of=/srv/large.bin bs=1 count=0 seek=${String(LARGE_MIB)}M; exec /bin/hello`,
  ),
};

/** The edit that has the container run this instead. */
export function command(script: string): Readonly<Record<string, string>> {
  return { 'expose:': `command: ['sh', '-c', '${script}']\n    expose:` };
}

/** A folder of products that a test writes, for ARK_PRODUCTS_DIR. */
export class ProductShelf {
  readonly dir = mkdtempSync(join(tmpdir(), 'ark-products-'));

  constructor(products: Readonly<Record<string, ProductEdits>> = {}) {
    for (const [id, edits] of Object.entries(products)) this.put(id, edits);
  }

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
