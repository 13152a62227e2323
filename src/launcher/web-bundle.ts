import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from './command.ts';
import type { Reporter } from './reporter.ts';

const BUILD_TIMEOUT_MS = 120_000;
const STAMP = 'ark-stamp';

/** Where the built pages lie. */
export function webFolder(root: string): string {
  return join(root, 'dist/web');
}

/** Builds the pages unless what is built is of these very sources. Safe when two starts do it at a time. */
export async function ensureWebBundle(root: string, { step }: Reporter, signal: AbortSignal): Promise<void> {
  const folder = webFolder(root);
  const stamp = sourceDigest(root);
  if (existsSync(join(folder, STAMP)) && readFileSync(join(folder, STAMP), 'utf8') === stamp) return;
  await step('Building the web pages', async () => {
    const beside = `${folder}-${String(process.pid)}`;
    const node = join(root, 'node_modules/.bin/node');
    const vite = [node, join(root, 'node_modules/vite/bin/vite.js'), 'build', 'src/web', '--outDir', beside];
    const env = { ...process.env, NODE_ENV: 'production' };
    await run([...vite, '--logLevel', 'warn'], { cwd: root, timeoutMs: BUILD_TIMEOUT_MS, env, signal });
    writeFileSync(join(beside, STAMP), stamp);
    replaceFolder(beside, folder);
  });
}

function replaceFolder(from: string, to: string): void {
  const old = `${from}-old`;
  if (existsSync(to)) renameSync(to, old);
  renameSync(from, to);
  rmSync(old, { recursive: true, force: true });
}

/** Of all sources: the pages take rules and types from the features. */
function sourceDigest(root: string): string {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  const entries = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(relative(root, file)).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}
