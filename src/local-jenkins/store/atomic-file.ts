import { randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';

/** Writes a file of mode 0600 whole or not at all. */
export function writeWhole(path: string, content: string): void {
  const part = `${path}.${randomBytes(4).toString('hex')}.part`;
  writeFileSync(part, content, { mode: 0o600 });
  renameSync(part, path);
}
