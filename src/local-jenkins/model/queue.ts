import type { Cause } from './causes.ts';
import type { ParameterValue } from './parameters.ts';
import { sameValues } from './parameters.ts';

export type QueueState =
  | { kind: 'waiting'; dueAt: number }
  | { kind: 'blocked'; since: number }
  | { kind: 'buildable'; since: number }
  | { kind: 'left'; at: number; build: number | undefined; isCancelled: boolean };

export interface QueueItem {
  readonly id: number;
  readonly job: string;
  readonly parameters: readonly ParameterValue[];
  readonly causes: Cause[];
  readonly since: number;
  /** Replays never merge. */
  readonly isUnique: boolean;
  /** The script of a Replay; otherwise the job's own at the time it starts. */
  readonly jenkinsfile: string | undefined;
  state: QueueState;
}

export interface QueueOrder {
  readonly job: string;
  readonly parameters: readonly ParameterValue[];
  readonly causes: readonly Cause[];
  readonly delayMs: number;
  readonly isUnique?: boolean;
  readonly jenkinsfile?: string;
}

export interface QueueOptions {
  /** Epoch ms; tests set it. */
  readonly clock: () => number;
  readonly hasFreeExecutor: () => boolean;
  /** Starts the build of an item and returns its number; undefined when the job is gone. */
  readonly start: (item: QueueItem) => number | undefined;
}

/** How long an item that left can still be read. */
export const LEFT_ITEM_MS = 300_000;

/** Jenkins' queue: waiting → blocked or buildable → left; equal orders merge while they have not left. */
export class Queue {
  readonly #options: QueueOptions;
  readonly #items = new Map<number, QueueItem>();
  #nextId: number;
  #isPaused = false;

  constructor(options: QueueOptions, nextId = 1) {
    this.#options = options;
    this.#nextId = nextId;
  }

  get nextId(): number {
    return this.#nextId;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Puts an order in line. `isNew` is false when it merged into an item that was there. */
  add(order: QueueOrder): { item: QueueItem; isNew: boolean } {
    const now = this.#options.clock();
    const dueAt = now + order.delayMs;
    const same = order.isUnique === true ? undefined : this.#findSame(order);
    if (same !== undefined) {
      same.causes.push(...order.causes);
      if (same.state.kind === 'waiting')
        same.state = { kind: 'waiting', dueAt: Math.min(same.state.dueAt, dueAt) };
      return { item: same, isNew: false };
    }
    const item: QueueItem = {
      id: this.#nextId,
      job: order.job,
      parameters: order.parameters,
      causes: [...order.causes],
      since: now,
      isUnique: order.isUnique ?? false,
      jenkinsfile: order.jenkinsfile,
      state: { kind: 'waiting', dueAt },
    };
    this.#nextId += 1;
    this.#items.set(item.id, item);
    return { item, isNew: true };
  }

  /** Moves every item as far as it can go now; items are taken in the order of their ids. */
  advance(): void {
    const now = this.#options.clock();
    for (const item of this.#items.values()) {
      const { state } = item;
      if (state.kind === 'left') {
        if (now - state.at >= LEFT_ITEM_MS) this.#items.delete(item.id);
      } else if (state.kind !== 'waiting' || state.dueAt <= now) {
        this.#advanceDue(item, now);
      }
    }
  }

  /** Items that have not left, in the order of their ids (observed). */
  waiting(): QueueItem[] {
    return [...this.#items.values()].filter((item) => item.state.kind !== 'left');
  }

  find(id: number): QueueItem | undefined {
    const item = this.#items.get(id);
    const isOver = item?.state.kind === 'left' && this.#options.clock() - item.state.at >= LEFT_ITEM_MS;
    return isOver ? undefined : item;
  }

  /** Takes an item out of the line. False when it had left already, be it started or cancelled. */
  cancel(item: QueueItem): boolean {
    if (item.state.kind === 'left') return false;
    item.state = { kind: 'left', at: this.#options.clock(), build: undefined, isCancelled: true };
    return true;
  }

  /** While paused nothing leaves the queue, as while Jenkins is about to shut down. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
  }

  /** What a crash does: the line is lost and the ids go back by `count`, so that old ids name new items. */
  forget(count: number): void {
    this.#items.clear();
    this.#nextId = Math.max(1, this.#nextId - count);
  }

  /** Puts back the items of a clean shutdown. */
  restore(items: readonly QueueItem[]): void {
    for (const item of items) this.#items.set(item.id, item);
  }

  #findSame(order: QueueOrder): QueueItem | undefined {
    return this.waiting().find(
      (item) => item.job === order.job && !item.isUnique && sameValues(item.parameters, order.parameters),
    );
  }

  #advanceDue(item: QueueItem, now: number): void {
    if (this.#isPaused) {
      if (item.state.kind !== 'blocked') item.state = { kind: 'blocked', since: now };
    } else if (this.#options.hasFreeExecutor()) {
      item.state = { kind: 'left', at: now, build: this.#options.start(item), isCancelled: false };
    } else if (item.state.kind !== 'buildable') {
      item.state = { kind: 'buildable', since: now };
    }
  }
}
