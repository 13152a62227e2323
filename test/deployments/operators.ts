import { expect } from '@jest/globals';
import type { Build } from '../../src/deployments/build-server.ts';
import type { ClaimAnswer } from '../../src/deployments/callback-messages.ts';
import type { InstanceId } from '../../src/deployments/instance.ts';
import { DEPLOY_JOB, ORDERER, type Bench } from './bench.ts';
import { dump } from './dump.ts';
import { must } from './records.ts';

/** A person in Jenkins, as the cause of a build. */
export const ALICE = {
  kind: 'hudson.model.Cause$UserIdCause',
  text: 'Started by user alice',
  user_id: 'alice',
};

/** A build that she starts. */
export const buildOf = (
  bench: Bench,
  parameters: Readonly<Record<string, string>>,
  job = DEPLOY_JOB,
): Build => bench.builds.addOperatorBuild(job, parameters, [ALICE]);

/** A claimed build goes live and ends well. */
export async function goLive(bench: Bench, build: Build, claim: ClaimAnswer): Promise<void> {
  const leased = { lease: claim.lease, deployment_id: claim.deployment_id };
  await bench.core.callbacks.ready(bench.readyMessage(claim));
  await bench.core.callbacks.retired({ ...leased, removed: [] });
  bench.builds.end(build, 'SUCCESS');
  await bench.core.tracker.round();
}

/** A removal whose build claimed and failed; returns the build. */
export async function failRemoval(bench: Bench, id: InstanceId, keepData = false): Promise<Build> {
  await bench.core.orders.remove(id, { keepData }, ORDERER);
  await bench.core.tracker.round();
  const build = must(bench.builds.startNext());
  await bench.claim(build);
  bench.builds.end(build, 'FAILURE');
  await bench.core.tracker.round();
  return build;
}

/** The claim is refused so, and nothing has changed. */
export async function expectRefused(
  bench: Bench,
  act: () => Promise<unknown>,
  problem: object,
): Promise<void> {
  const before = await dump(bench.redis, bench.prefix);
  await expect(act()).rejects.toMatchObject(problem);
  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
}
