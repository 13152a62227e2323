import { copyFileSync, globSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const MAX_FILES = 1000;

/**
 * Copies the files that match into the archive. Returns their paths inside the workspace.
 * Links are left out, and so is everything that lies outside of the workspace.
 */
export function archiveFiles(workspace: string, patterns: readonly string[], archive: string): string[] {
  const root = realpathSync(workspace);
  const found = new Set(patterns.flatMap((pattern) => globSync(pattern, { cwd: root })));
  const files = [...found].filter((path) => isPlainFileIn(root, path)).sort();
  for (const path of files.slice(0, MAX_FILES)) {
    const target = join(archive, path);
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    copyFileSync(join(root, path), target);
  }
  return files.slice(0, MAX_FILES);
}

/** Where an archived file lies, or undefined when there is none of this path. */
export function findArchived(archive: string, path: string): string | undefined {
  const full = resolve(archive, path);
  if (!full.startsWith(archive + sep)) return undefined;
  return lstatSync(full, { throwIfNoEntry: false })?.isFile() === true ? full : undefined;
}

function isPlainFileIn(root: string, path: string): boolean {
  const full = join(root, path);
  if (lstatSync(full, { throwIfNoEntry: false })?.isFile() !== true) return false;
  const inside = relative(root, realpathSync(full));
  return !inside.startsWith('..');
}
