import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

const MODE = 0o600;
const FOLDER_MODE = 0o700;

/**
 * Replaces a file at once (0600): a reader sees the old text or the new one, also after a power cut. Makes its
 * folder when it is missing.
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  await withDraft(path, text, (draft) => rename(draft, path));
}

/** As writeAtomically, for a file that does not exist yet; false, and nothing done, when it does. */
export async function createAtomically(path: string, text: string): Promise<boolean> {
  return withDraft(path, text, (draft) =>
    link(draft, path).then(
      () => true,
      (error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw error;
      },
    ),
  );
}

/** As writeAtomically, without a wait for the disk: for what may be lost in a power cut. */
export function writeAtomicallySync(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
  const draft = draftOf(path);
  try {
    writeFileSync(draft, text, { mode: MODE, flag: 'wx' });
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

async function withDraft<T>(path: string, text: string, publish: (draft: string) => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
  const draft = draftOf(path);
  try {
    const file = await open(draft, 'wx', MODE);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    return await publish(draft);
  } finally {
    await rm(draft, { force: true });
  }
}

function draftOf(path: string): string {
  return `${path}.${randomUUID().slice(0, 8)}.new`;
}
