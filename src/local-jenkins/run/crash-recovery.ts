import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import type { BuildRecord } from '../model/build.ts';
import type { BuildStore } from '../store/build-store.ts';
import { signalCookie } from './process-marks.ts';

/**
 * Closes builds that were running when the server died without a goodbye. They become ABORTED, as a real Jenkins
 * since 2.448 loads an interrupted build; it would resume a Pipeline, this server does not. Their processes, and
 * those that killed builds left, are found by the cookie in their environment, which proves that they are ours,
 * and end by process group. Workspaces start empty.
 */
export function recoverFromCrash(builds: BuildStore, workspaces: string, now: number): void {
  for (const build of builds.jobNames().flatMap((job) => builds.builds(job))) {
    if (!build.building && !build.left_processes) continue;
    signalCookie(build.cookie, 'SIGKILL');
    if (build.building) closeCrashed(builds, build, now);
    build.left_processes = false;
    builds.save(build);
  }
  rmSync(workspaces, { recursive: true, force: true, maxRetries: 5 });
  mkdirSync(workspaces, { mode: 0o700 });
}

function closeCrashed(builds: BuildStore, build: BuildRecord, now: number): void {
  appendFileSync(
    builds.logOf(build),
    'The server died while this build ran; it is not resumed\nFinished: ABORTED\n',
  );
  build.building = false;
  build.result = 'ABORTED';
  build.duration = Math.max(1, now - build.timestamp);
}
