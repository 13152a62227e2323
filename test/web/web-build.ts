import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = join(ROOT, 'src/web');
/** The pages take types and rules from the features. */
const SOURCES = join(ROOT, 'src');
const BUILDS = join(ROOT, 'dist/web-tests');

/**
 * The folder with the pages as Vite builds them from the sources of this moment. A folder per content: test
 * files that run side by side neither see half a build nor an old one.
 */
export async function buildPages(): Promise<string> {
  const folder = join(BUILDS, digestOfSources());
  if (existsSync(folder)) return folder;
  const fresh = `${folder}.${process.pid}`;
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const argv = [vite, 'build', PAGES, '--outDir', fresh, '--emptyOutDir', '--logLevel', 'error'];
  await promisify(execFile)(process.execPath, argv, { cwd: ROOT, timeout: 60_000 });
  await rename(fresh, folder).catch((error: unknown) => {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  });
  return folder;
}

function digestOfSources(): string {
  const hash = createHash('sha256');
  const entries = readdirSync(SOURCES, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(file).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}
