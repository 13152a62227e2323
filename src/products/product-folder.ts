import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { canonicalJson, digestOf } from './canonical-json.ts';
import { type ComposeOutcome, readCompose } from './compose-file.ts';
import { type Endpoint, isProductId, type Product } from './product.ts';
import { crossCheck, type ProductParts } from './product-checks.ts';
import { type Fault, productInvalid } from './product-faults.ts';
import { checkProductFile, type ProductFile, type ProductFileOutcome } from './product-schema.ts';
import { readYaml } from './yaml-document.ts';

const FILE_LIMIT_BYTES = 65_536;

type Outcome<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly faults: readonly Fault[] };
type ReadCompose = Extract<ComposeOutcome, { ok: true }>;

/**
 * The product in this folder; the folder's name is its id. Throws `product_invalid` with every fault, each with
 * its file and path.
 */
export async function loadProduct(folder: string): Promise<Product> {
  const id = basename(folder);
  if (!isProductId(id)) {
    throw productInvalid(JSON.stringify(id), [{ path: id, message: 'the folder name is not a product id' }]);
  }
  const [file, release, data] = await Promise.all([
    readPart(folder, 'product.yaml', toProductFile),
    readPart(folder, 'compose.yaml', toCompose),
    readPart(folder, 'data.compose.yaml', toCompose),
  ]);
  const parts = soundParts({
    file: file ?? missing('product.yaml'),
    release: release ?? missing('compose.yaml'),
    data: data ?? { ok: true, value: undefined },
  });
  if (!parts.ok) throw productInvalid(id, parts.faults);
  const together = crossCheck(documentsOf(parts.value));
  if (together.length > 0) throw productInvalid(id, together);
  return assemble(id, parts.value);
}

interface Parts {
  readonly file: ProductFile;
  readonly release: ReadCompose;
  readonly data: ReadCompose | undefined;
}

/** All parts, or the faults of all of them. */
function soundParts({ file, release, data }: { [Key in keyof Parts]: Outcome<Parts[Key]> }): Outcome<Parts> {
  if (file.ok && release.ok && data.ok) {
    return { ok: true, value: { file: file.value, release: release.value, data: data.value } };
  }
  return { ok: false, faults: [file, release, data].flatMap((part) => (part.ok ? [] : part.faults)) };
}

function documentsOf({ file, release, data }: Parts): ProductParts {
  return { file, release: release.document, ...(data === undefined ? {} : { data: data.document }) };
}

function missing(name: string): Outcome<never> {
  return { ok: false, faults: [{ path: name, message: 'is missing' }] };
}

/** Undefined when there is no such file. */
async function readPart<Value>(
  folder: string,
  name: string,
  parse: (text: string, name: string) => Outcome<Value>,
): Promise<Outcome<Value> | undefined> {
  try {
    const text = await readBounded(join(folder, name));
    return text === undefined
      ? { ok: false, faults: [{ path: name, message: `is larger than ${FILE_LIMIT_BYTES} bytes` }] }
      : parse(text, name);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return undefined;
    const message =
      code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'is not UTF-8 text' : `cannot be read (${code})`;
    return { ok: false, faults: [{ path: name, message }] };
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
}

/** Undefined when it is too large; reads no more than the limit, whatever the file is. */
async function readBounded(path: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(FILE_LIMIT_BYTES + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
      length += bytesRead;
      if (length > FILE_LIMIT_BYTES) return undefined;
      if (bytesRead === 0) break;
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length));
  } finally {
    await file.close();
  }
}

function toProductFile(text: string, name: string): ProductFileOutcome {
  const yaml = readYaml(text, name);
  return yaml.ok ? checkProductFile(yaml.value, name) : yaml;
}

function toCompose(text: string, name: string): Outcome<ReadCompose> {
  const outcome = readCompose(text, name);
  return outcome.ok ? { ok: true, value: outcome } : outcome;
}

function assemble(id: Product['id'], { file: whole, release, data }: Parts): Product {
  const { endpoints, secrets, inputs, ...file } = whole;
  const product = {
    id,
    ...file,
    inputs: { ...inputs },
    endpoints: toEndpoints(endpoints),
    secrets: Object.entries(secrets).map(([name, { length }]) => ({ name, length })),
    compose: release.canonical,
    ...(data === undefined ? {} : { data_compose: data.canonical }),
  };
  return { ...product, digest: digestOf(canonicalJson(product)) };
}

function toEndpoints(entries: ProductFile['endpoints']): Endpoint[] {
  const list = Object.entries(entries);
  return list.map(([name, { service, port, primary }]) => ({
    name,
    service,
    port,
    primary: primary || list.length === 1,
  }));
}
