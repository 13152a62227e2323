import { createHmac } from 'node:crypto';
import { isSame } from '../platform/digest.ts';
import type { Secret } from '../platform/secret.ts';
import type { Deployment } from './deployment.ts';

/**
 * The leave to touch the host: an HMAC over deployment, build and seq, so that every coordinator derives the
 * same one and none is stored. Undefined before the claim, and once an operator ended it by force.
 */
export function leaseOf(secret: Secret, deployment: Deployment): string | undefined {
  if (deployment.claimed_at === undefined || deployment.build === undefined) return undefined;
  if (deployment.fenced_at !== undefined) return undefined;
  const { number, timestamp } = deployment.build;
  return createHmac('sha256', secret.reveal())
    .update(['lease', deployment.id, deployment.job, number, timestamp, deployment.seq].join('|'))
    .digest('base64url');
}

/** Constant time; false when nothing was leased. */
export function holdsLease(secret: Secret, deployment: Deployment, given: string): boolean {
  const lease = leaseOf(secret, deployment);
  return lease !== undefined && isSame(lease, given);
}
