import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { redisForFile } from '../testbed/redis-for-file.ts';
import { ACTIONS, type Action } from './world-actions.ts';
import { World } from './world.ts';

const RUNS = Number(process.env['ARK_MODEL_RUNS'] ?? 150);

const redis = redisForFile();

// The ways of a good day, so that random walks get deep before they get wild.
const GOOD: readonly Action[][] = [
  ['order', 'round', 'start', 'claim', 'ready', 'retired', 'end_well', 'round'],
  ['again', 'round', 'start', 'claim', 'progress', 'ready'],
  ['remove', 'round', 'start', 'claim', 'removed', 'end_well', 'round'],
  ['rebuild', 'claim', 'ready', 'retired', 'end_well', 'round'],
  ['again', 'round', 'start', 'claim', 'build_with_id', 'claim'],
  ['again', 'round', 'start', 'claim', 'cancel', 'ready'],
  ['other_strategy', 'again', 'round', 'start', 'claim', 'stop', 'end_badly', 'round'],
  ['remove', 'round', 'cancel', 'again', 'round'],
  ['again', 'round', 'start', 'claim', 'progress', 'force_fail', 'ready', 'again', 'round', 'start', 'claim'],
  ['again', 'round', 'start', 'claim', 'ready', 'force_fail', 'round'],
  ['freeze', 'again', 'round', 'start', 'claim', 'freeze', 'round'],
  ['cordon', 'again', 'round', 'rebuild', 'claim', 'cordon', 'round'],
];

const step = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...GOOD) },
  { weight: 5, arbitrary: fc.constantFrom(...ACTIONS).map((action) => [action]) },
);
const walk = fc.array(fc.tuple(step, fc.nat(6)), { minLength: 5, maxLength: 30 });

test('whatever happens, in any order, the promises hold', async () => {
  let acts = 0;
  const property = fc.asyncProperty(walk, async (steps) => {
    const world = new World(redis());
    await world.open();
    await world.act('order', 0);
    for (const [actions, pick] of steps) {
      for (const action of actions) {
        await world.act(action, pick);
        await world.check();
        acts += 1;
      }
    }
    await world.settle();
    await world.bench.close();
  });

  await fc.assert(property, {
    numRuns: RUNS,
    interruptAfterTimeLimit: 240_000,
    markInterruptAsFailure: false,
  });

  expect(acts).toBeGreaterThan(RUNS * 5);
}, 300_000);
