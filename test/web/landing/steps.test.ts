import { describe, expect, test } from '@jest/globals';
import { currentStep, toSteps } from '../../../src/web/landing/steps.ts';
import {
  aDeployment,
  aFailedDeployment,
  aLiveDeployment,
  aPullingDeployment,
  after,
} from '../view-builders.ts';

const names = (...[deployment]: Parameters<typeof toSteps>) => toSteps(deployment).map(({ name }) => name);

describe('the steps of a deployment', () => {
  test('lie ahead, in order, once it is accepted', () => {
    const steps = toSteps(aDeployment());

    expect(steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'accepted current',
      'queued todo',
      'claimed todo',
      'prepare todo',
      'pull todo',
      'start todo',
      'gate todo',
      'verifying todo',
      'end todo',
    ]);
  });

  test('include waiting and stop only when they happened', () => {
    const timeline = [...aDeployment().timeline, { phase: 'waiting' as const, at: after(1) }];
    const stages = [{ stage: 'stop' as const, status: 'started' as const, at: after(2) }];

    expect(names(aDeployment())).not.toContain('waiting');
    expect(names(aDeployment({ timeline, stages }))).toEqual(expect.arrayContaining(['waiting', 'stop']));
  });

  test('end when the next one begins', () => {
    const claimed = toSteps(aPullingDeployment()).find(({ name }) => name === 'claimed');

    expect((claimed?.endedAt ?? 0) - (claimed?.beganAt ?? 0)).toBe(300);
  });

  test('name the one that runs', () => {
    expect(currentStep(toSteps(aPullingDeployment()))?.name).toBe('pull');
  });

  test('count as done without a time when a callback overtook them', () => {
    const timeline = [...aDeployment().timeline, { phase: 'claimed' as const, at: after(1) }];
    const queued = toSteps(aDeployment({ phase: 'claimed', timeline })).find(({ name }) => name === 'queued');

    expect(queued).toEqual({ name: 'queued', state: 'done', beganAt: undefined, endedAt: undefined });
  });

  test('are all done from the switch on, while the old release is still being retired', () => {
    const steps = toSteps(aLiveDeployment({ phase: 'retiring', finished_at: null }));

    expect(steps.every(({ state }) => state === 'done')).toBe(true);
  });

  test('stop at the one that failed', () => {
    const steps = toSteps(aFailedDeployment());

    expect(currentStep(steps)).toMatchObject({
      name: 'gate',
      state: 'failed',
      endedAt: Date.parse(after(9)),
    });
    expect(steps.at(-1)).toMatchObject({ name: 'end', state: 'skipped', beganAt: undefined });
  });

  test('of a deletion have no images and no verification', () => {
    expect(names(aDeployment({ kind: 'destroy' }))).toEqual(['accepted', 'queued', 'claimed', 'end']);
  });
});
