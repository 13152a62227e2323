import { expect, test } from '@jest/globals';
import { newDeploymentId } from '../../src/deployments/deployment.ts';
import { FirstSeen } from '../../src/deployments/first-seen.ts';

const [one, other] = [newDeploymentId(), newDeploymentId()];

test('time counts from the first look, for each deployment and sight alone', () => {
  const seen = new FirstSeen();

  expect([seen.passedMs(one, 'not_found', 100), seen.passedMs(one, 'not_found', 350)]).toEqual([0, 250]);
  expect([seen.passedMs(one, 'build_gone', 400), seen.passedMs(other, 'not_found', 400)]).toEqual([0, 0]);
  expect([seen.has(one, 'not_found'), seen.has(one, 'kill')]).toEqual([true, false]);
});

test('what is no longer so counts anew', () => {
  const seen = new FirstSeen();
  seen.passedMs(one, 'not_found', 100);
  seen.forget(one, 'not_found');

  expect(seen.has(one, 'not_found')).toBe(false);
  expect(seen.passedMs(one, 'not_found', 500)).toBe(0);
});

test('nothing is kept of what has finished', () => {
  const seen = new FirstSeen();
  seen.passedMs(one, 'not_found', 100);
  seen.passedMs(other, 'stopping', 100);

  seen.keepOnly([other]);

  expect(seen.size).toBe(1);
  expect(seen.has(other, 'stopping')).toBe(true);
});
