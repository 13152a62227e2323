import type { Request } from 'express';
import Joi from 'joi';
import { sha256 } from '../platform/digest.ts';
import { AppError } from '../platform/errors.ts';

/** The `headers` of a call that changes a record: two people who read the same state cannot both change it unseen. */
export const CONDITIONAL = {
  'If-Match': Joi.string()
    .max(200)
    .description('The ETag that was read: what changed since is not overwritten')
    .example('"5f0c1a2b3c4d5e6f"'),
};

/** The `headers` of an answer that shows a record. */
export const TAGGED = { ETag: 'For If-Match' };

/** Another one whenever the record is another one. */
export function etagOf(record: unknown): string {
  return `"${sha256(JSON.stringify(record)).toString('hex').slice(0, 16)}"`;
}

/** Throws `precondition_failed` when the request is about another state of the record. */
export function mustMatch(request: Request, record: unknown): void {
  const wanted = request.get('if-match');
  if (wanted === undefined || wanted.trim() === '*') return;
  if (wanted.split(',').some((tag) => tag.trim() === etagOf(record))) return;
  throw new AppError('precondition_failed', 'Somebody changed this since you read it');
}
