import { expect, test } from '@jest/globals';
import {
  isTerminal,
  mayFollow,
  NEXT_PHASES,
  PHASES,
  phasesBefore,
  type Phase,
} from '../../src/deployments/phases.ts';

/** All phases that can come after this one, however late. */
function reachable(from: Phase): Set<Phase> {
  const seen = new Set<Phase>();
  const queue = [...NEXT_PHASES[from]];
  for (let phase = queue.pop(); phase !== undefined; phase = queue.pop()) {
    if (!seen.has(phase)) queue.push(...NEXT_PHASES[phase]);
    seen.add(phase);
  }
  return seen;
}

test('no phase is without a way to an end, and an end has none', () => {
  for (const phase of PHASES) {
    const later = reachable(phase);
    expect([phase, isTerminal(phase) || [...later].some(isTerminal)]).toEqual([phase, true]);
    expect([phase, isTerminal(phase)]).toEqual([phase, later.size === 0]);
  }
});

test('every phase can be reached from the first', () => {
  expect([...reachable('accepted'), 'accepted'].sort()).toEqual([...PHASES].sort());
});

test('after a switch only success is left', () => {
  expect(NEXT_PHASES.retiring).toEqual(['succeeded']);
});

test('a claim may overtake the tracker, and a crashed Jenkins may forget an item', () => {
  expect(phasesBefore('claimed')).toEqual(['accepted', 'triggering', 'queued']);
  expect(mayFollow('queued', 'triggering')).toBe(true);
  expect(mayFollow('claimed', 'queued')).toBe(false);
});
