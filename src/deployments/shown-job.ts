import { AppError } from '../platform/errors.ts';
import type { BuildServer, JobName } from './build-server.ts';

/**
 * Jenkins answers "not there" also when our account lost the right to read the job: only while it shows the job
 * is a missing build or item believed. Throws `build_server_refused`.
 */
export async function requireShownJob(
  builds: Pick<BuildServer, 'showsJob'>,
  job: JobName,
  signal: AbortSignal,
): Promise<void> {
  if (await builds.showsJob(job, signal)) return;
  throw new AppError(
    'build_server_refused',
    `Jenkins does not show the job ${job}: it is gone, or our account lost the right to read it`,
  );
}
