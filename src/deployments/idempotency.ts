import type { IdempotentCall } from '../http/idempotency-key.ts';
import { sha256 } from '../platform/digest.ts';
import { AppError } from '../platform/errors.ts';
import type { CreateOutcome, IdempotencyRecord } from './deployment-store.ts';
import type { Orderer, Placed } from './orders.ts';

export type IdempotencyKey = Pick<IdempotencyRecord, 'key' | 'body_sha'>;

/** The answer given before, if any; throws what else `create` may say. */
export function placedBefore(outcome: CreateOutcome | undefined): Placed | undefined {
  switch (outcome?.kind) {
    case undefined:
    case 'created':
      return undefined;
    case 'replayed':
    case 'joined':
      return JSON.parse(outcome.answer) as Placed;
    case 'key_reused':
      throw new AppError('idempotency_key_reused', 'This Idempotency-Key was used with another body');
    case 'instance_missing':
      throw new AppError('instance_not_found', 'There is no such instance');
    case 'instance_deleted':
      throw new AppError('instance_deleted', 'This instance is being deleted');
    default:
      return outcome satisfies never;
  }
}

/** A key belongs to its credential: the same one of somebody else is another. */
export function keyOf(orderer: Orderer, { key, body }: IdempotentCall): IdempotencyKey {
  const body_sha = sha256(JSON.stringify(body)).toString('hex');
  return { key: `${orderer.credential}:${key}`, body_sha };
}
