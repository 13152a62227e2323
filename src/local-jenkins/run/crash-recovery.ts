import { appendFileSync } from 'node:fs';
import type { BuildStore } from '../store/build-store.ts';
import { signalCookie } from './process-marks.ts';

/**
 * Closes builds that were running when the server died without a goodbye. They become ABORTED, as a real Jenkins
 * since 2.448 loads an interrupted build; it would resume a Pipeline, this server does not. Their processes are
 * found by the cookie in their environment, which proves that they are ours, and end by process group.
 */
export function closeCrashedBuilds(builds: BuildStore, job: string, now: number): void {
  for (const build of builds.builds(job)) {
    if (!build.building) continue;
    signalCookie(build.cookie, 'SIGKILL');
    appendFileSync(
      builds.logOf(build),
      'The server died while this build ran; it is not resumed\nFinished: ABORTED\n',
    );
    build.building = false;
    build.result = 'ABORTED';
    build.duration = Math.max(1, now - build.timestamp);
    builds.save(build);
  }
}
