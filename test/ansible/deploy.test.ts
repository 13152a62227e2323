import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { ClientHost } from '../../src/launcher/client-host.ts';
import { startFakeCoordinator, type FakeCoordinator } from '../jenkins/fake-coordinator.ts';
import { JobRun, type JobEnd, type JobOptions } from '../jenkins/job-run.ts';
import { startTestHosts, type TestHosts } from '../testbed/hosts.ts';
import { importTinyImage } from '../testbed/tiny-image.ts';
import { aClaim, IMAGE, type ClaimParts } from './claims.ts';
import { ansibleVenv } from './venv.ts';

let hosts: TestHosts;
let host: ClientHost;
let venv: string;
let coordinator: FakeCoordinator;
let jobs: JobRun[] = [];

beforeAll(async () => {
  [hosts, venv] = await Promise.all([startTestHosts({ count: 1 }, AbortSignal.timeout(60_000)), ansibleVenv()]);
  host = hosts.hosts[0]!;
  await importTinyImage(host, IMAGE, 'first page');
}, 240_000);

afterAll(async () => hosts.close(), 60_000);

beforeEach(async () => {
  coordinator = await startFakeCoordinator();
});

afterEach(async () => {
  await coordinator.close();
  jobs.forEach((job) => job.dispose());
  jobs = [];
});

function aJob(options: Partial<JobOptions> = {}): JobRun {
  const job = new JobRun({ coordinator, sshKeyPath: hosts.privateKeyPath, venv, ...options });
  jobs.push(job);
  return job;
}

test('a swap runs from claim to retired', async () => {
  coordinator.on('claim', () => ({ body: aClaim({ host, instanceId: 'swap-a', seq: 100 }) }));
  coordinator.on('ready', (_message, tries) =>
    tries === 0 ? { status: 202, body: { state: 'verifying' } } : { body: { decision: 'switched', retire: [] } },
  );
  const end = await aJob().run();
  console.log(end.log, end.durationMs);
  expect(end.result).toBe('SUCCESS');
}, 60_000);
