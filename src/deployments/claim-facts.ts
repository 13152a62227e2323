import type { Host, HostStore } from '../hosts/host.ts';
import { AppError } from '../platform/errors.ts';
import { pollUntil } from '../platform/polling.ts';
import type { Build, BuildServer } from './build-server.ts';
import type { ClaimMessage } from './callback-messages.ts';
import type { ClaimFacts } from './claim-verdict.ts';
import { isDeploymentId, type Deployment } from './deployment.ts';
import type { DeploymentStore } from './deployment-store.ts';
import { isInstanceId, type Instance } from './instance.ts';
import type { JobBook } from './job-book.ts';
import { toJobParameters, type JobParameters } from './job-parameters.ts';

const REREAD_EVERY_MS = 500;
const REREAD_FOR_MS = 4_000;
const MOST_REPETITIONS = 5;

export interface FactSources {
  readonly store: DeploymentStore;
  readonly hosts: HostStore;
  readonly builds: BuildServer;
  readonly jobs: JobBook;
  /** The user that we trigger builds as. */
  readonly ourUser: string;
}

/**
 * The running build that a claim names, as Jenkins shows it. A restarted build shows empty defaults at first,
 * so it is read again for some seconds (Jenkins' FlowCopier sets the parameters after the start). Throws
 * `build_unknown`, `build_not_running`, and `build_mismatch` when the message names other ids than its build.
 */
export async function readClaimingBuild(
  builds: BuildServer,
  message: ClaimMessage,
  signal: AbortSignal,
): Promise<Build> {
  const ref = { job: message.job, number: message.build_number };
  let latest: Build | undefined;
  await pollUntil(
    async () => {
      latest = await builds.readBuild(ref, signal);
      if (!latest)
        throw new AppError('build_unknown', `Jenkins knows no build ${ref.job} #${String(ref.number)}`);
      if (!latest.running) throw new AppError('build_not_running', 'This build is not running');
      return latest.parameters['DEPLOYMENT_ID'] || latest.parameters['INSTANCE_ID'] ? true : undefined;
    },
    { everyMs: REREAD_EVERY_MS, timeoutMs: REREAD_FOR_MS, signal },
  );
  if (!latest) throw new AppError('build_unknown', 'Jenkins did not show the build');
  requireSame(message, latest);
  return latest;
}

/** Everything that judgeClaim looks at. Throws `wrong_job` when the job is none of the product's. */
export async function gatherFacts(
  sources: FactSources,
  build: Build,
  signal: AbortSignal,
): Promise<ClaimFacts> {
  const { store, hosts, jobs, ourUser } = sources;
  const claimedBefore = await claimedDeployment(store, build);
  const deploymentId = build.parameters['DEPLOYMENT_ID'] ?? '';
  const deployment = isDeploymentId(deploymentId) ? await store.deployment(deploymentId) : undefined;
  // Of the deployment, when it names one: another INSTANCE_ID beside it is an edit, never another target.
  const instanceId = deployment?.instance_id ?? build.parameters['INSTANCE_ID'] ?? '';
  const instance = isInstanceId(instanceId) ? await store.instance(instanceId) : undefined;
  if (!instance) return { build, ourUser, jobKind: 'deploy', deployment, claimedBefore };

  const jobKind = await jobs.kindOf(build.job, instance.product_id, instance.environment);
  if (!jobKind) throw new AppError('wrong_job', `${build.job} is not a job of this product`);
  const live = instance.live_deployment === '' ? undefined : await store.deployment(instance.live_deployment);
  const host = await hosts.get(instance.host_id);
  const sent = host && (await sentParameters(store, { instance, host, deployment }));
  const repeats = deployment && (await repeatedDeployment(sources, build, signal));
  return { build, ourUser, jobKind, claimedBefore, deployment, repeats, instance, live, sent };
}

async function claimedDeployment(store: DeploymentStore, build: Build): Promise<Deployment | undefined> {
  const id = await store.claimedBy(build.job, build);
  return id && (await store.deployment(id));
}

/**
 * What the build that this one repeats really deployed: an adopted build carries the DEPLOYMENT_ID of an older
 * deployment, not that of its own. A repeated build that was refused leads on to the one that it repeated.
 * Undefined when Jenkins does not show it (any more).
 */
async function repeatedDeployment(
  { builds, store }: FactSources,
  build: Build,
  signal: AbortSignal,
): Promise<Deployment | undefined> {
  let current: Build | undefined = build;
  for (let hops = 0; hops < MOST_REPETITIONS && current; hops += 1) {
    const { job, number, causes }: Build = current;
    const repeats = causes.find((cause) => cause.repeats !== undefined)?.repeats;
    if (repeats === undefined || repeats >= number) return undefined;
    current = await builds.readBuild({ job, number: repeats }, signal);
    const claimed = current && (await claimedDeployment(store, current));
    if (claimed) return claimed;
  }
  return undefined;
}

interface Sent {
  readonly instance: Instance;
  readonly host: Host;
  readonly deployment: Deployment | undefined;
}

/** What we sent for this deployment, or would send now: a host may have been edited since. */
async function sentParameters(
  store: DeploymentStore,
  { instance, host, deployment }: Sent,
): Promise<JobParameters> {
  if (deployment?.sent) return deployment.sent;
  const releaseId = deployment ? deployment.release_id : instance.desired_release;
  const stored = releaseId === '' ? undefined : await store.release(releaseId);
  return toJobParameters({ deploymentId: deployment?.id ?? '', instance, host, release: stored?.release });
}

/** A message that names other ids than its own build carries is not from that build. */
function requireSame(message: ClaimMessage, build: Build): void {
  const pairs = [
    ['DEPLOYMENT_ID', message.deployment_id],
    ['INSTANCE_ID', message.instance_id],
  ] as const;
  const other = pairs.filter(
    ([name, given]) => given !== undefined && given !== (build.parameters[name] ?? ''),
  );
  if (other.length > 0) {
    throw new AppError(
      'build_mismatch',
      `The build does not carry this ${other.map(([name]) => name).join(', ')}`,
    );
  }
}
