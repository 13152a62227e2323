import { expect, test } from '@jest/globals';
import { JenkinsBuildServer } from '../../../src/deployments/jenkins/jenkins-build-server.ts';
import { Secret } from '../../../src/platform/secret.ts';
import { hanging, servePerTest } from '../../testbed/serve-per-test.ts';

const serve = servePerTest();

test('whoever looks at logs takes no turn from deployments, however many look', async () => {
  const baseUrl = await serve(hanging);
  const token = new Secret('token-123456');
  const builds = new JenkinsBuildServer({
    baseUrl,
    user: 'ark',
    token,
    deadlineMs: 300,
    triggerDeadlineMs: 300,
  });
  const signal = AbortSignal.timeout(5_000);

  const looks = Array.from({ length: 210 }, async (_, at) =>
    builds.readBuild({ job: 'j', number: at + 1 }, signal, 'watch'),
  );
  const settled = Promise.allSettled(looks);
  const outcome = await builds.trigger('j', { DEPLOYMENT_ID: 'd-1' }, signal);

  // It was sent, and nobody answered: not refused for want of a turn.
  expect(outcome.kind).toBe('ambiguous');
  builds.close();
  expect((await settled).every(({ status }) => status === 'rejected')).toBe(true);
}, 15_000);
