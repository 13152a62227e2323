import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { redisForFile } from '../testbed/redis-for-file.ts';
import { Lines, type Step } from './line.ts';

const RUNS = Number(process.env['ARK_MODEL_RUNS'] ?? 5);
/** Of a rush, and again of a calm time. */
const STEPS = 120;

const redis = redisForFile();

const at = fc.nat(1_000);
/** `ends`: how often something ends; with few of them lines grow long, with many there are free slots beside them. */
const stepsWith = (ends: number): fc.Arbitrary<Step[]> => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 8, arbitrary: fc.record({ act: fc.constant('new' as const), host: at, pick: at }) },
    {
      weight: 8,
      arbitrary: fc.record({ act: fc.constantFrom('again', 'again', 'cancel', 'remove'), pick: at }),
    },
    { weight: ends, arbitrary: fc.record({ act: fc.constant('finish' as const), host: at, pick: at }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('cordon' as const), host: at, pick: at }) },
    { weight: 1, arbitrary: fc.constant({ act: 'freeze' } as const) },
  );
  return fc.array(step, { minLength: STEPS, maxLength: STEPS });
};
const steps = fc.tuple(stepsWith(3), stepsWith(24)).map((halves) => halves.flat());
const slots = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 });

test('hundreds of orders start in the order of arrival, each host for itself, and nobody is left', async () => {
  let orders = 0;
  const property = fc.asyncProperty(slots, steps, async (sizes, all) => {
    const lines = new Lines(redis(), sizes);
    await lines.open();
    for (const [count, one] of all.entries()) {
      await lines.take(one);
      if (count % 10 === 0) await lines.compare();
    }
    await lines.compare();
    await lines.drain();
    expect((await lines.bench.store.open()).length).toBe(0);
    orders += lines.orders;
    await lines.bench.close();
  });

  await fc.assert(property, {
    numRuns: RUNS,
    interruptAfterTimeLimit: 120_000,
    markInterruptAsFailure: false,
  });

  expect(orders).toBeGreaterThan(RUNS * 50);
}, 180_000);
