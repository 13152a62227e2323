import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HELLO = join(import.meta.dirname, '../../ansible/products/hello');
/** A hole: it costs no memory, and a slow reader has to wait for the wire. */
const LARGE_MIB = 48;

export const LARGE_BYTES = LARGE_MIB * 1024 * 1024;

const INPUTS = `inputs:
  title: { type: string, title: Título, max_length: 80, default: Mi aplicación, env: APP_TITLE }
  wait_s: { type: integer, title: Espera, default: 0, env: WAIT_S }
`;

export interface TestProducts {
  /** For ARK_PRODUCTS_DIR. */
  readonly dir: string;
  remove(): void;
}

/**
 * Variants of `hello`: `held` serves only after the seconds of its input `wait_s` and has 10 minutes for it;
 * `missing` wants the image `ark/missing:1`, which no host has; `large` has a download of 48 MiB at `large.bin`.
 */
export function makeTestProducts(): TestProducts {
  const dir = mkdtempSync(join(tmpdir(), 'ark-products-'));
  write(dir, 'held', {
    product: (text) => text.replace('timeout_s: 30', 'timeout_s: 600').replace(/^inputs:\n.*\n/m, INPUTS),
    compose: (text) =>
      withCommand(text, 'sleep "$$WAIT_S"; exec /bin/hello').replace('retries: 10', 'retries: 1000'),
  });
  write(dir, 'missing', { compose: (text) => text.replace('ark/hello:1', 'ark/missing:1') });
  write(dir, 'large', {
    compose: (text) => {
      const hole = `busybox dd if=/dev/zero of=/srv/large.bin bs=1 count=0 seek=${LARGE_MIB}M`;
      return withCommand(text, `${hole}; exec /bin/hello`);
    },
  });
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

interface Changes {
  readonly product?: (text: string) => string;
  readonly compose: (text: string) => string;
}

function write(dir: string, name: string, { product = (text) => text, compose }: Changes): void {
  mkdirSync(join(dir, name));
  const change = (file: string, by: (text: string) => string): void => {
    const text = readFileSync(join(HELLO, file), 'utf8');
    writeFileSync(join(dir, name, file), by(text));
  };
  change('product.yaml', product);
  change('compose.yaml', compose);
}

function withCommand(compose: string, script: string): string {
  const image = 'image: ark/hello:1\n';
  return compose.replace(image, () => `${image}    command: ['sh', '-c', '${script}']\n`);
}
