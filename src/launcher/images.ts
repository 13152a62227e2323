import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomicallySync } from '../platform/atomic-file.ts';
import type { ClientHost } from './client-host.ts';
import { attempt, run } from './command.ts';

const BUILD_TIMEOUT_MS = 120_000;

interface ImageRecipe {
  readonly tag: string;
  readonly script: string;
  /** Of everything in the recipe's folder. */
  readonly digest: string;
}

/** Makes the images of the built-in products in a host's engine, those that it lacks or has of an older recipe. */
export async function ensureImages(root: string, host: ClientHost, signal: AbortSignal): Promise<void> {
  for (const { tag, script, digest } of recipes(root)) {
    const stampPath = join(host.dir, 'images', tag.replaceAll(/[/:]/g, '_'));
    const isCurrent = existsSync(stampPath) && readFileSync(stampPath, 'utf8') === digest;
    const engine = ['docker', '-H', `unix://${host.dockerSocket}`];
    if (isCurrent && (await attempt([...engine, 'image', 'inspect', tag], { signal })).code === 0) continue;
    const env = { ...process.env, DOCKER_HOST: `unix://${host.dockerSocket}` };
    await run(['sh', script, tag], { env, timeoutMs: BUILD_TIMEOUT_MS, signal });
    writeAtomicallySync(stampPath, digest);
  }
}

/** A product whose folder holds image/build.sh makes the image `ark/<product>:…` that its Compose file names. */
function recipes(root: string): ImageRecipe[] {
  const folder = join(root, 'ansible/products');
  return readdirSync(folder).flatMap((product) => {
    const script = join(folder, product, 'image/build.sh');
    if (!existsSync(script)) return [];
    const compose = readFileSync(join(folder, product, 'compose.yaml'), 'utf8');
    const tag = new RegExp(`image:\\s*['"]?(ark/${product}:[\\w.-]+)`).exec(compose)?.[1];
    return tag === undefined ? [] : [{ tag, script, digest: digestOf(join(folder, product, 'image')) }];
  });
}

function digestOf(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort())
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}
