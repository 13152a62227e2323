import { describe, expect, test } from '@jest/globals';
import type { Build, BuildCause } from '../../src/deployments/build-server.ts';
import {
  isOurs,
  judgeClaim,
  operatorOf,
  type ClaimFacts,
  type ClaimVerdict,
} from '../../src/deployments/claim-verdict.ts';
import type { Deployment } from '../../src/deployments/deployment.ts';
import type { Instance } from '../../src/deployments/instance.ts';
import { toJobParameters } from '../../src/deployments/job-parameters.ts';
import { aHost, DEPLOY_JOB, DESTROY_JOB, HELLO } from './bench.ts';
import { aBuildMark, aDeployment, anInstance } from './records.ts';

const byUser = (user: string): BuildCause => ({
  kind: 'hudson.model.Cause$UserIdCause',
  text: `Started by user ${user}`,
  user_id: user,
});
const OURS = [byUser('ark')];
const ALICE = [byUser('alice')];
const OLD = 1_780_000_000_000;
const NEW = 1_790_000_000_000;

const instance = anInstance({ desired_release: 'r-1' as Instance['desired_release'] });

function of(changes: Partial<Deployment> = {}): Deployment {
  return aDeployment(instance, {
    phase: 'queued',
    release_id: 'r-1' as Deployment['release_id'],
    ...changes,
  });
}

interface Case extends Partial<Omit<ClaimFacts, 'build'>> {
  readonly causes?: readonly BuildCause[];
  readonly parameters?: Readonly<Record<string, string>>;
}

/** A build of this deployment with the parameters that we sent, unless the test says otherwise. */
function judge({ causes = ALICE, parameters, ...facts }: Case): ClaimVerdict {
  const { deployment, jobKind = 'deploy' } = facts;
  const sent = toJobParameters({ deploymentId: deployment?.id ?? '', instance, host: aHost() });
  const build: Build = {
    ...{ job: jobKind === 'deploy' ? DEPLOY_JOB : DESTROY_JOB, ...aBuildMark(3), running: true, causes },
    parameters: parameters ?? sent,
  };
  return judgeClaim({ ourUser: 'ark', jobKind, instance, sent, ...facts, build });
}

const refused = (code: string) => expect.objectContaining({ kind: 'refuse', code });
const adopted = { kind: 'adopt', instance: expect.anything(), user: 'alice' };

describe('the build that we triggered', () => {
  test('is granted', () => {
    const deployment = of();

    expect(judge({ deployment, causes: OURS })).toEqual({ kind: 'grant', deployment, instance });
  });

  test.each(['failed', 'cancelled', 'lost', 'timed_out', 'superseded', 'succeeded'] as const)(
    'late, for a deployment that is %s: 409 superseded',
    (phase) => {
      const deployment = of({ phase });

      expect(judge({ deployment, causes: OURS })).toMatchObject({ code: 'superseded', link: deployment.id });
    },
  );

  test('of a deployment that another build claimed: 409 duplicate_build with its link', () => {
    const deployment = of({ phase: 'claimed', claimed_at: 1, build: aBuildMark(2) });

    expect(judge({ deployment, causes: OURS })).toMatchObject({
      ...{ kind: 'refuse', code: 'duplicate_build', link: aBuildMark(2).url },
    });
  });

  test('of a deployment that is being cancelled: 409 not_allowed_now', () => {
    const deployment = of({ cancel: { by: 'ana', at: 1 } });

    expect(judge({ deployment, causes: OURS })).toEqual(refused('not_allowed_now'));
  });
});

describe('the same build again', () => {
  test('while its deployment is undecided: the same answer', () => {
    const claimedBefore = of({ phase: 'deploying', claimed_at: 1 });

    expect(judge({ claimedBefore, deployment: claimedBefore, causes: OURS })).toEqual({
      kind: 'repeat',
      deployment: claimedBefore,
    });
  });

  test.each([
    ['decided', { phase: 'retiring', decision: { outcome: 'switched', at: 1, retire: [] } }],
    ['ended', { phase: 'failed' }],
  ] as const)('after it is %s: 409 already_decided', (_what, changes) => {
    expect(judge({ claimedBefore: of(changes), causes: OURS })).toEqual(refused('already_decided'));
  });
});

describe('a build that is not ours', () => {
  test.each(['failed', 'lost', 'cancelled'] as const)('of a %s deployment: a new one', (phase) => {
    expect(judge({ deployment: of({ phase }) })).toEqual(adopted);
  });

  test('of the current deployment: a new one', () => {
    const deployment = of({ phase: 'succeeded' });

    expect(judge({ deployment, live: deployment })).toEqual(adopted);
  });

  test('with only INSTANCE_ID: a new deployment', () => {
    expect(judge({ parameters: { INSTANCE_ID: instance.id } })).toEqual(adopted);
  });

  test('of an old deployment after a newer one succeeded: 409 superseded with a link', () => {
    const deployment = of({ phase: 'succeeded', created_at: OLD });
    const live = of({ phase: 'succeeded', created_at: NEW });

    expect(judge({ deployment, live })).toMatchObject({ code: 'superseded', link: live.id });
  });

  test('of a failed deployment that is newer than what is live: a new one', () => {
    const deployment = of({ phase: 'failed', created_at: NEW });
    const live = of({ phase: 'succeeded', created_at: OLD });

    expect(judge({ deployment, live })).toEqual(adopted);
  });

  test('a second build of the deployment at work: 409 duplicate_build', () => {
    const deployment = of({ phase: 'deploying', claimed_at: 1, build: aBuildMark(2) });
    const busy = { ...instance, active: deployment.id };

    expect(judge({ deployment, instance: busy })).toMatchObject({
      ...{ kind: 'refuse', code: 'duplicate_build', link: aBuildMark(2).url },
    });
  });

  test('of a deleted instance: 410 instance_deleted', () => {
    expect(judge({ deployment: of(), instance: { ...instance, deleted_at: 1 } })).toEqual(
      refused('instance_deleted'),
    );
  });

  test('of an instance that is being deleted: 410 instance_deleted', () => {
    expect(judge({ deployment: of(), instance: { ...instance, desired: 'absent' } })).toEqual(
      refused('instance_deleted'),
    );
  });

  test('of the destroy job while nobody ordered the removal: 409 not_allowed_now', () => {
    expect(judge({ jobKind: 'destroy', parameters: { INSTANCE_ID: instance.id } })).toEqual(
      refused('not_allowed_now'),
    );
  });

  test('of the destroy job while the removal is ordered: a new removal', () => {
    const going = { ...instance, desired: 'absent' } as const;

    expect(judge({ jobKind: 'destroy', parameters: { INSTANCE_ID: instance.id }, instance: going })).toEqual(
      adopted,
    );
  });

  test('of the destroy job for a deployment: 409 wrong_job', () => {
    expect(judge({ jobKind: 'destroy', deployment: of() })).toEqual(refused('wrong_job'));
  });

  test('of the deploy job for a removal: 409 wrong_job', () => {
    const going = { ...instance, desired: 'absent' } as const;

    expect(judge({ deployment: of({ kind: 'destroy' }), instance: going })).toEqual(refused('wrong_job'));
  });

  test('with edited fields: 403 fields_edited that lists them', () => {
    const deployment = of({ phase: 'failed' });
    const parameters = {
      ...toJobParameters({ deploymentId: deployment.id, instance, host: aHost() }),
      TARGET_HOST: '100.64.99.99',
      PRODUCT_ID: 'other',
    };

    expect(judge({ deployment, parameters })).toEqual({
      ...{ kind: 'refuse', code: 'fields_edited' },
      detail: 'These fields differ from what was ordered: PRODUCT_ID, TARGET_HOST',
      fields: ['PRODUCT_ID', 'TARGET_HOST'],
    });
  });

  test('without any id: 400 start_from_panel', () => {
    const parameters = { DEPLOYMENT_ID: '', INSTANCE_ID: '', PRODUCT_ID: HELLO.id };

    expect(judge({ parameters })).toEqual(refused('start_from_panel'));
  });

  test('with an id that nobody knows: 404', () => {
    const unknown = { DEPLOYMENT_ID: 'd-00000000000000000000', INSTANCE_ID: instance.id };

    expect(judge({ parameters: { INSTANCE_ID: 'nobody' }, instance: undefined })).toEqual(
      refused('instance_not_found'),
    );
    expect(judge({ parameters: unknown })).toEqual(refused('deployment_not_found'));
  });
});

describe('whose build it is', () => {
  const build = (...causes: BuildCause[]): Build => ({
    ...{ job: DEPLOY_JOB, ...aBuildMark(), running: true, parameters: {}, causes },
  });
  const timer: BuildCause = { kind: 'hudson.triggers.TimerTrigger$TimerTriggerCause', text: 'by timer' };
  const rebuild: BuildCause = { kind: 'com.sonyericsson.rebuild.RebuildCause', text: 'Rebuilds build #1' };

  test('ours only when our account is the only cause', () => {
    expect(isOurs(build(byUser('ark')), 'ark')).toBe(true);
    expect(isOurs(build(byUser('ark'), byUser('alice')), 'ark')).toBe(false);
    expect(isOurs(build(byUser('ark'), rebuild), 'ark')).toBe(false);
    expect(isOurs(build(rebuild, byUser('ark')), 'ark')).toBe(false);
    expect(isOurs(build(byUser('ark'), byUser('ark')), 'ark')).toBe(false);
    expect(isOurs(build(byUser('alice')), 'ark')).toBe(false);
    expect(isOurs(build(), 'ark')).toBe(false);
  });

  test('another kind of cause that carries our name is not ours', () => {
    expect(isOurs(build({ ...rebuild, user_id: 'ark' }), 'ark')).toBe(false);
  });

  test('it is named by the person, else by the words of the cause', () => {
    expect(operatorOf(build(rebuild, byUser('alice')))).toBe('alice');
    expect(operatorOf(build(timer))).toBe('by timer');
    expect(operatorOf(build())).toBe('unknown');
  });

  test('our own account with a second cause is judged as an operator', () => {
    const deployment = of({ phase: 'failed' });

    expect(judge({ deployment, causes: [byUser('ark'), rebuild] })).toMatchObject({ kind: 'adopt' });
  });
});
