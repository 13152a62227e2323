import { expect, test } from '@jest/globals';
import type { Build, QueueId } from '../../src/deployments/build-server.ts';
import { buildServerContract, type BuildServerBench } from '../contracts/build-server.ts';
import { MemoryBuildServer } from './memory-build-server.ts';

const JOB = 'ark-deploy-instance';
const { signal } = new AbortController();

buildServerContract('MemoryBuildServer', async (): Promise<BuildServerBench> => {
  const builds = new MemoryBuildServer({ jobs: [JOB] });
  let held = false;
  const executor = setInterval(() => {
    const build = held ? undefined : builds.startNext();
    if (build) builds.writeLog(build, 'working\n');
  }, 5);
  return {
    builds,
    job: JOB,
    user: 'ark',
    hold: async () => void (held = true),
    release: async () => void (held = false),
    finish: async (build: Build) => {
      builds.writeLog(build, 'done\n');
      builds.end(build, 'SUCCESS');
    },
    close: async () => clearInterval(executor),
  };
});

test('an order whose answer is lost is accepted all the same', async () => {
  const builds = new MemoryBuildServer({ jobs: [JOB] });
  builds.loseNextAnswer();

  const outcome = await builds.trigger(JOB, { DEPLOYMENT_ID: 'd-1' }, signal);

  expect(outcome).toMatchObject({ kind: 'ambiguous', whenNotFound: 'repeat' });
  expect(await builds.find({ job: JOB, deploymentId: 'd-1', sinceMs: 0 }, signal)).toMatchObject({
    kind: 'queued',
  });
});

test('after a crash the ids of forgotten items are given to others', async () => {
  const builds = new MemoryBuildServer({ jobs: [JOB] });
  await builds.trigger(JOB, { DEPLOYMENT_ID: 'd-1' }, signal);

  builds.forgetQueue();
  const second = await builds.trigger(JOB, { DEPLOYMENT_ID: 'd-2' }, signal);

  expect(second).toEqual({ kind: 'queued', queueId: '1' });
  expect(await builds.readQueueItem('1' as QueueId, 'd-1', signal)).toEqual({ kind: 'gone' });
});

test('a rebuild by an operator is not what a search for our order finds', async () => {
  const builds = new MemoryBuildServer({ jobs: [JOB] });
  const cause = { kind: 'hudson.model.Cause$UserIdCause', text: 'Started by user alice', user_id: 'alice' };

  const build = builds.addOperatorBuild(JOB, { DEPLOYMENT_ID: 'd-1' }, [cause]);

  expect(await builds.find({ job: JOB, deploymentId: 'd-1', sinceMs: 0 }, signal)).toEqual({ kind: 'none' });
  expect(await builds.readBuild(build, signal)).toEqual(build);
});
