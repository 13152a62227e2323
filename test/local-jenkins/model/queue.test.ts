import { beforeEach, expect, test } from '@jest/globals';
import type { QueueItem, QueueOrder } from '../../../src/local-jenkins/model/queue.ts';
import { Queue } from '../../../src/local-jenkins/model/queue.ts';

let now: number;
let free: number;
let started: number[];
let queue: Queue;

beforeEach(() => {
  now = 1_000_000;
  free = 1;
  started = [];
  queue = new Queue({ clock: () => now, hasFreeExecutor: () => free > 0, start });
});

function start(item: QueueItem): number {
  free -= 1;
  started.push(item.id);
  return started.length;
}

function order(id: string, more: Partial<QueueOrder> = {}): QueueOrder {
  const causes = [{ kind: 'user', user_id: 'bot' }] as const;
  return { job: 'deploy', parameters: [{ name: 'ID', value: id }], causes, delayMs: 5000, ...more };
}

test('an item waits out its quiet period, then leaves with a build', () => {
  const { item } = queue.add(order('a'));
  now += 4999;
  queue.advance();
  expect(item.state.kind).toBe('waiting');

  now += 1;
  queue.advance();

  expect(item.state).toMatchObject({ kind: 'left', build: 1, isCancelled: false });
});

test('equal orders merge while they have not left, and their causes add up', () => {
  const first = queue.add(order('a'));
  const second = queue.add(order('a', { delayMs: 0 }));

  expect(second).toEqual({ item: first.item, isNew: false });
  expect(first.item.causes).toHaveLength(2);
  expect(first.item.state).toEqual({ kind: 'waiting', dueAt: now });
});

test('orders that differ in one value never merge, nor do those of another job or a replay', () => {
  const ids = [
    order('a'),
    order('b'),
    order('a', { job: 'destroy' }),
    order('a', { isUnique: true }),
    order('a', { parameters: [] }),
  ].map((each) => queue.add(each).item.id);

  expect(new Set(ids).size).toBe(5);
});

test('an order equal to one that left is a new item', () => {
  queue.add(order('a', { delayMs: 0 }));
  queue.advance();

  expect(queue.add(order('a')).isNew).toBe(true);
});

test('without a free executor a due item becomes buildable, and still merges', () => {
  free = 0;
  const { item } = queue.add(order('a', { delayMs: 0 }));
  queue.advance();
  expect(item.state.kind).toBe('buildable');
  expect(queue.add(order('a')).isNew).toBe(false);

  free = 1;
  queue.advance();

  expect(started).toEqual([item.id]);
});

test('items leave in the order of their ids', () => {
  free = 0;
  queue.add(order('a', { delayMs: 0 }));
  queue.add(order('b', { delayMs: 0 }));
  queue.advance();
  free = 1;
  queue.advance();

  expect(started).toEqual([1]);
});

test('an item that left can be read for five minutes', () => {
  const { item } = queue.add(order('a', { delayMs: 0 }));
  queue.advance();
  now += 299_999;
  expect(queue.find(item.id)).toBe(item);

  now += 1;

  expect(queue.find(item.id)).toBeUndefined();
});

test('a cancelled item leaves without a build and cannot be cancelled twice', () => {
  const { item } = queue.add(order('a'));

  expect(queue.cancel(item)).toBe(true);
  expect(queue.cancel(item)).toBe(false);
  expect(item.state).toMatchObject({ kind: 'left', build: undefined, isCancelled: true });
});

test('a paused queue blocks what is due', () => {
  queue.pause(true);
  const { item } = queue.add(order('a', { delayMs: 0 }));
  queue.advance();
  expect(item.state.kind).toBe('blocked');

  queue.pause(false);
  queue.advance();

  expect(item.state.kind).toBe('left');
});

test('a crash loses the items and gives their ids to others', () => {
  const lost = queue.add(order('a')).item.id;
  queue.forget(1);

  expect(queue.find(lost)).toBeUndefined();
  expect(queue.add(order('b')).item.id).toBe(lost);
});
