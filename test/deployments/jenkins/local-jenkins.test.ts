import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { QueueId } from '../../../src/deployments/build-server.ts';
import { pollUntil } from '../../../src/platform/polling.ts';
import { buildServerContract } from '../../contracts/build-server.ts';
import { JOB, LocalJenkinsProcess, USER } from './local-jenkins-process.ts';

const { signal } = new AbortController();

buildServerContract('JenkinsBuildServer with the local Jenkins', async () => {
  const jenkins = await LocalJenkinsProcess.start();
  return {
    builds: jenkins.builds,
    job: JOB,
    user: USER,
    hold: () => jenkins.fault({ pause_queue: true }),
    release: () => jenkins.fault({ pause_queue: false }),
    finish: (build) => jenkins.finish(build),
    close: () => jenkins.close(),
  };
});

describe('faults of the local Jenkins', () => {
  let jenkins: LocalJenkinsProcess;
  const trigger = (id: string) => jenkins.builds.trigger(JOB, { DEPLOYMENT_ID: id }, signal);

  beforeAll(async () => {
    jenkins = await LocalJenkinsProcess.start();
  });
  afterAll(() => jenkins.close());

  test('an order whose answer is lost is ambiguous and is found', async () => {
    await jenkins.fault({ lost_answers: 1 });

    const outcome = await trigger('d-lost');
    const search = async () => {
      const found = await jenkins.builds.find(
        { job: JOB, deploymentId: 'd-lost', sinceMs: Date.now() },
        signal,
      );
      return found.kind === 'build' ? found : undefined;
    };

    expect(outcome).toMatchObject({ kind: 'ambiguous', whenNotFound: 'repeat' });
    expect(await pollUntil(search, { everyMs: 50, timeoutMs: 5000, signal })).toBeDefined();
  });

  test('an item of before a crash is gone, also when its id is given out again', async () => {
    await jenkins.fault({ pause_queue: true });
    const before = (await trigger('d-before')) as { queueId: QueueId };

    await jenkins.fault({ forget_queue: 1 });
    const after = await trigger('d-after');

    expect(after).toEqual({ kind: 'queued', queueId: before.queueId });
    expect(await jenkins.builds.readQueueItem(before.queueId, 'd-before', signal)).toEqual({ kind: 'gone' });
    expect(await jenkins.builds.find({ job: JOB, deploymentId: 'd-before', sinceMs: 0 }, signal)).toEqual({
      kind: 'none',
    });
    expect(await jenkins.builds.cancelQueueItem(before.queueId, 'd-before', signal)).toBe(false);
    expect(await jenkins.builds.cancelQueueItem(before.queueId, 'd-after', signal)).toBe(true);
    await jenkins.fault({ pause_queue: false });
  });

  test('while it boots an order is not accepted and readings are errors', async () => {
    await jenkins.fault({ boot_page_s: 60 });

    expect(await trigger('d-boot')).toMatchObject({ kind: 'unavailable' });
    await expect(jenkins.builds.check(signal)).rejects.toMatchObject({ code: 'build_server_unavailable' });
    await jenkins.fault({ reset: true });
  });

  test('a 500 for an order is to be searched once', async () => {
    await jenkins.fault({ refusal: { status: 500, times: 1 } });

    expect(await trigger('d-500')).toMatchObject({ kind: 'ambiguous', whenNotFound: 'refuse' });
  });
});
