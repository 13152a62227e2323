import { AppError } from '../platform/errors.ts';
import type { FaultPoints } from '../platform/faults.ts';
import type { Logger } from '../platform/logger.ts';
import type { Secret } from '../platform/secret.ts';
import type { Build } from './build-server.ts';
import type { ClaimAnswer, ClaimMessage } from './callback-messages.ts';
import { toClaimAnswer } from './claim-answer.ts';
import { gatherFacts, readClaimingBuild, type FactSources } from './claim-facts.ts';
import { judgeClaim, type ClaimFacts, type ClaimVerdict } from './claim-verdict.ts';
import type { BuildMark, Deployment, DeploymentId, ReleaseId } from './deployment.ts';
import type { ClaimOrder, ClaimOutcome } from './deployment-store.ts';
import type { Instance } from './instance.ts';
import { leaseOf } from './lease.ts';
import { newDeployment } from './new-deployment.ts';
import { settle } from './settlement.ts';
import { requireTrust, type StoreTrust } from './store-trust.ts';

const ATTEMPTS = 3;

export interface ClaimsOptions extends FactSources, StoreTrust {
  readonly secret: Secret;
  readonly deadlineMs: number;
  readonly faults: FaultPoints;
  readonly log: Logger;
  readonly clock: () => number;
  /** Address of a deployment's page, for refusals. */
  readonly linkTo: (id: string) => string;
}

/** Decides which builds may touch a host. It believes Jenkins, not the message: the message only names a build. */
export class Claims {
  readonly #options: ClaimsOptions;

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /**
   * Grants the claim of a running build, of ours or of an operator. A repeated claim of the same build gets
   * the same answer while its deployment is undecided. Throws the refusals of docs/callbacks.md.
   */
  async claim(message: ClaimMessage, signal: AbortSignal): Promise<ClaimAnswer> {
    requireTrust(this.#options);
    const build = await readClaimingBuild(this.#options.builds, message, signal);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const facts = await gatherFacts(this.#options, build, signal);
      const granted = await this.#act(judgeClaim(facts), facts, signal);
      if (granted) return this.#answer(granted);
    }
    throw new AppError('busy', 'The instance changes too quickly; try again', { retryAfterS: 2 });
  }

  /** Undefined: the state changed between look and act, so judge again. */
  async #act(
    verdict: ClaimVerdict,
    facts: ClaimFacts,
    signal: AbortSignal,
  ): Promise<DeploymentId | undefined> {
    if (verdict.kind === 'refuse') throw this.#refusal(verdict);
    if (verdict.kind === 'repeat') return verdict.deployment.id;
    const { faults, log } = this.#options;
    await faults.reach('claim.before_store');
    const order =
      verdict.kind === 'grant'
        ? await this.#orderFor(verdict.deployment, verdict.instance, facts.build)
        : await this.#adoption(verdict, facts);
    const outcome = await this.#options.store.claim(order);
    await faults.reach('claim.after_store');
    if (outcome.kind !== 'granted') return this.#again(outcome, signal);
    log.info('claim granted', {
      deploymentId: order.deploymentId,
      instanceId: order.instanceId,
      jenkinsJob: order.job,
      buildNumber: order.build.number,
      ...(order.adopt && { user: order.adopt.by }),
    });
    return order.deploymentId;
  }

  async #orderFor(deployment: Deployment, instance: Instance, build: Build): Promise<ClaimOrder> {
    return {
      deploymentId: deployment.id,
      instanceId: instance.id,
      job: build.job,
      build: markOf(build),
      endpoints: await this.#endpointNames(deployment.release_id),
    };
  }

  /** An operator's build becomes a new deployment of the desired release. */
  async #adoption(
    { instance, user }: { readonly instance: Instance; readonly user: string },
    { build, deployment, jobKind }: ClaimFacts,
  ): Promise<ClaimOrder> {
    const { clock, deadlineMs } = this.#options;
    const now = clock();
    const releaseId = jobKind === 'destroy' ? '' : instance.desired_release || (deployment?.release_id ?? '');
    if (jobKind === 'deploy' && releaseId === '') {
      throw new AppError(
        'start_from_panel',
        'This instance has no release to deploy: start it from the panel',
      );
    }
    const adopt = newDeployment({
      instance,
      kind: jobKind,
      releaseId,
      job: build.job,
      now,
      deadlineAt: now + deadlineMs,
      trigger: `jenkins: ${user}`,
      by: user,
      why: build.causes
        .map((cause) => cause.text)
        .join('; ')
        .slice(0, 200),
      keepData: jobKind === 'destroy' && (await this.#keptData(instance, deployment)),
    });
    return { ...(await this.#orderFor(adopt, instance, build)), adopt };
  }

  /** A removal that is repeated keeps the data that the first one was told to keep. */
  async #keptData(instance: Instance, rebuilt: Deployment | undefined): Promise<boolean> {
    const last = instance.last_deployment;
    const before = rebuilt ?? (last === '' ? undefined : await this.#options.store.deployment(last));
    return before?.keep_data ?? false;
  }

  async #endpointNames(releaseId: ReleaseId | ''): Promise<readonly string[]> {
    if (releaseId === '') return [];
    const stored = await this.#options.store.release(releaseId);
    return stored?.release.product.endpoints.map((endpoint) => endpoint.name) ?? [];
  }

  async #again(outcome: ClaimOutcome, signal: AbortSignal): Promise<undefined> {
    switch (outcome.kind) {
      case 'held':
        await this.#askForLock(outcome.by, signal);
        return undefined;
      case 'full':
        throw new AppError('busy', 'The host works on as many deployments as it may; try again', {
          retryAfterS: 5,
        });
      case 'not_allowed':
        throw new AppError('not_allowed_now', 'The instance does not allow this now');
      case 'frozen':
        throw new AppError('not_allowed_now', 'An operator has stopped all new jobs for now: start it later');
      case 'cordoned':
        throw new AppError('not_allowed_now', 'The host is cordoned: it takes no new deployment for now');
      case 'no_ports':
        throw new AppError('not_allowed_now', 'The host has no free port left: give it a wider range');
      case 'claimed':
      case 'stale':
      case 'granted':
        return undefined;
      default:
        return outcome satisfies never;
    }
  }

  /** While another build holds the instance: if that build ended undecided, the lock is free; else 423. */
  async #askForLock(holderId: DeploymentId, signal: AbortSignal): Promise<void> {
    const { store, builds, linkTo, clock } = this.#options;
    const holder = await store.deployment(holderId);
    if (!holder || holder.finished_at !== undefined) return;
    if (holder.build) {
      const shown = await builds.readBuild({ job: holder.job, number: holder.build.number }, signal);
      // A build that is not shown may be back in a moment: whether it is gone is the tracker's to say.
      if (shown && (await settle(store, holder, { shown, now: clock() }))) return;
    }
    throw new AppError('busy', `Another build is at work on this instance`, {
      details: { holder: holder.id, link: holder.build?.url ?? linkTo(holder.id), by: holder.by },
      retryAfterS: 5,
    });
  }

  async #answer(id: DeploymentId): Promise<ClaimAnswer> {
    const { store, hosts, secret } = this.#options;
    const deployment = await store.deployment(id);
    const instance = deployment && (await store.instance(deployment.instance_id));
    const host = instance && (await hosts.get(instance.host_id));
    const lease = deployment && leaseOf(secret, deployment);
    if (!host || lease === undefined) throw new AppError('conflict', 'The claim was overtaken; try again');
    const stored = deployment.release_id === '' ? undefined : await store.release(deployment.release_id);
    return toClaimAnswer({ deployment, instance, host, lease, stored });
  }

  #refusal(verdict: Extract<ClaimVerdict, { kind: 'refuse' }>): AppError {
    const { code, detail, fields } = verdict;
    const link = verdict.link?.startsWith('d-') ? this.#options.linkTo(verdict.link) : verdict.link;
    return new AppError(code, detail, { details: { ...(link && { link }), ...(fields && { fields }) } });
  }
}

function markOf(build: Build): BuildMark {
  return { number: build.number, timestamp: build.timestamp, url: build.url };
}
