import { isUser, type Build } from './build-server.ts';
import { isUndecided, type Deployment } from './deployment.ts';
import type { Instance } from './instance.ts';
import { editedFields, type JobParameters } from './job-parameters.ts';
import { isTerminal } from './phases.ts';
import type { ErrorCode } from '../platform/errors.ts';

/** All that a claim is judged by; what is absent was not found. */
export interface ClaimFacts {
  /** As Jenkins shows it, not as the callback says. */
  readonly build: Build;
  /** The user that we trigger builds as. */
  readonly ourUser: string;
  readonly jobKind: 'deploy' | 'destroy';
  /** Which deployment this very build claimed before. */
  readonly claimedBefore?: Deployment | undefined;
  /** By the build's DEPLOYMENT_ID. */
  readonly deployment?: Deployment | undefined;
  /** What the build that this one repeats deployed, where Jenkins shows it. */
  readonly repeats?: Deployment | undefined;
  readonly instance?: Instance | undefined;
  /** What is live now. */
  readonly live?: Deployment | undefined;
  /** What we sent, or would send, for these ids. */
  readonly sent?: JobParameters | undefined;
}

export type ClaimVerdict =
  /** The same build asks again: the same answer. */
  | { readonly kind: 'repeat'; readonly deployment: Deployment }
  /** The build that we triggered for this deployment. */
  | { readonly kind: 'grant'; readonly deployment: Deployment; readonly instance: Instance }
  /** A person's build: a new deployment of the desired release. */
  | { readonly kind: 'adopt'; readonly instance: Instance; readonly user: string }
  | {
      readonly kind: 'refuse';
      readonly code: ErrorCode;
      readonly detail: string;
      readonly link?: string;
      readonly fields?: readonly string[];
    };

const NEWER_IS_LIVE =
  'A newer deployment is live: to deploy what is wanted now, use Build with Parameters with only INSTANCE_ID';
const ID_NAMES = ['DEPLOYMENT_ID', 'INSTANCE_ID'] as const;

/** Who may go on: the operator table of docs/callbacks.md, top to bottom. Pure. */
export function judgeClaim(facts: ClaimFacts): ClaimVerdict {
  const { build, deployment, instance, claimedBefore } = facts;
  if (claimedBefore) return judgeRepeat(claimedBefore);
  if (ID_NAMES.every((name) => (build.parameters[name] ?? '') === '')) {
    return refuse(
      'start_from_panel',
      'This build names no instance: start it from the panel, or give INSTANCE_ID',
    );
  }
  if (!instance) return refuse('instance_not_found', 'There is no such instance');
  if (build.parameters['DEPLOYMENT_ID'] && !deployment) {
    return refuse(
      'deployment_not_found',
      'There is no such deployment; leave DEPLOYMENT_ID empty to deploy again',
    );
  }
  const edited = facts.sent ? editedFields(build.parameters, facts.sent) : [];
  if (edited.length > 0) {
    const words = `These fields differ from what was ordered: ${edited.join(', ')}`;
    return { kind: 'refuse', code: 'fields_edited', detail: words, fields: edited };
  }
  return judgeKind(facts, instance) ?? judgeOwner(facts, instance);
}

/** Whether our account is the sole cause: anything else counts as an operator, named by its cause. */
export function isOurs(build: Build, ourUser: string): boolean {
  const [cause, ...others] = build.causes;
  return others.length === 0 && cause?.kind === 'hudson.model.Cause$UserIdCause' && isUser(cause, ourUser);
}

/** The person behind a build, or the words of its cause. */
export function operatorOf(build: Build): string {
  const named = build.causes.find((cause) => cause.user_id !== undefined);
  return named?.user_id ?? build.causes[0]?.text ?? 'unknown';
}

function judgeRepeat(deployment: Deployment): ClaimVerdict {
  if (isUndecided(deployment) && !isTerminal(deployment.phase)) return { kind: 'repeat', deployment };
  return refuse('already_decided', 'This build has had its decision; start a new one');
}

function judgeKind({ jobKind, deployment }: ClaimFacts, instance: Instance): ClaimVerdict | undefined {
  if (instance.deleted_at !== undefined) return refuse('instance_deleted', 'This instance was deleted');
  if (deployment && (deployment.kind === 'destroy') !== (jobKind === 'destroy')) {
    return refuse('wrong_job', `This deployment is a ${deployment.kind}: it belongs to the other job`);
  }
  if (jobKind === 'destroy' && instance.desired !== 'absent') {
    return refuse('not_allowed_now', 'Nobody ordered the removal of this instance: delete it in the panel');
  }
  if (jobKind === 'deploy' && instance.desired === 'absent') {
    return refuse('instance_deleted', 'This instance is being deleted');
  }
  return undefined;
}

function judgeOwner(facts: ClaimFacts, instance: Instance): ClaimVerdict {
  const { build, ourUser, deployment, repeats } = facts;
  if (deployment && isOurs(build, ourUser)) return judgeOrdered(deployment, instance);
  const meant = repeats?.instance_id === instance.id ? repeats : deployment;
  const refused = meant && judgeRepetition(meant, instance, facts.live);
  return refused ?? { kind: 'adopt', instance, user: operatorOf(build) };
}

/** What speaks against another build of this deployment. */
function judgeRepetition(
  deployment: Deployment,
  instance: Instance,
  live: Deployment | undefined,
): ClaimVerdict | undefined {
  if (live && live.id !== deployment.id && live.created_at > deployment.created_at) {
    return refuse('superseded', NEWER_IS_LIVE, live.id);
  }
  if (deployment.id === instance.active && deployment.claimed_at !== undefined) {
    return refuse('duplicate_build', 'Another build of this deployment is at work', deployment.build?.url);
  }
  return undefined;
}

function judgeOrdered(deployment: Deployment, instance: Instance): ClaimVerdict {
  if (deployment.claimed_at !== undefined) {
    return refuse('duplicate_build', 'Another build claimed this deployment', deployment.build?.url);
  }
  if (isTerminal(deployment.phase)) {
    return refuse('superseded', `This deployment has ended: ${deployment.phase}`, deployment.id);
  }
  if (deployment.cancel) return refuse('not_allowed_now', 'This deployment is being cancelled');
  return { kind: 'grant', deployment, instance };
}

function refuse(code: ErrorCode, detail: string, link?: string): ClaimVerdict {
  return { kind: 'refuse', code, detail, ...(link !== undefined && { link }) };
}
