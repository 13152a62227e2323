import { readFileSync, renameSync } from 'node:fs';
import { writeAtomicallySync } from '../../platform/atomic-file.ts';
import type { QueueItem } from '../model/queue.ts';

export interface SavedQueue {
  readonly next_id: number;
  readonly items: readonly QueueItem[];
}

/** Keeps the line over a clean restart, as Jenkins' queue.xml does. */
export function saveQueue(path: string, queue: SavedQueue): void {
  writeAtomicallySync(path, JSON.stringify(queue));
}

/** Reads the line back and puts the file aside, so that a crash does not bring it back a second time. */
export function loadQueue(path: string): SavedQueue {
  try {
    const saved = JSON.parse(readFileSync(path, 'utf8')) as SavedQueue;
    renameSync(path, `${path}.bak`);
    return saved;
  } catch {
    // the first start, or a crash before the first save: an empty line, as in Jenkins
    return { next_id: 1, items: [] };
  }
}
