import { expect, test } from '@jest/globals';
import type { Deployment } from '../../src/deployments/deployment.ts';
import { holdsLease, leaseOf } from '../../src/deployments/lease.ts';
import { Secret } from '../../src/platform/secret.ts';
import { aBuildMark, aDeployment, anInstance, must } from './records.ts';

const SECRET = new Secret('one');
const claimed = aDeployment(anInstance(), { claimed_at: 1, seq: '1790000000', build: aBuildMark(7) });

test('every coordinator derives the same lease, and only from its own secret', () => {
  const lease = must(leaseOf(SECRET, claimed));

  expect(lease).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(leaseOf(new Secret('one'), { ...claimed })).toBe(lease);
  expect(leaseOf(new Secret('two'), claimed)).not.toBe(lease);
  expect(holdsLease(SECRET, claimed, lease)).toBe(true);
});

const others: readonly (readonly [string, Partial<Deployment>])[] = [
  ['deployment', { id: 'd-00000000000000000000' as Deployment['id'] }],
  ['job', { job: 'other' }],
  ['build', { build: aBuildMark(8) }],
  ['start of the build', { build: { ...aBuildMark(7), timestamp: 5 } }],
  ['seq', { seq: '1790000001' }],
];

test.each(others)('another %s has another lease', (_what, change) => {
  expect(holdsLease(SECRET, { ...claimed, ...change }, must(leaseOf(SECRET, claimed)))).toBe(false);
});

test('before the claim there is none, whatever is shown', () => {
  const unclaimed = aDeployment(anInstance(), { build: aBuildMark(7) });

  expect(leaseOf(SECRET, unclaimed)).toBeUndefined();
  for (const given of ['', 'undefined', must(leaseOf(SECRET, claimed))]) {
    expect(holdsLease(SECRET, unclaimed, given)).toBe(false);
  }
});
