import type { Request } from 'express';
import Joi from 'joi';

const FORM = /^[\x21-\x7e]{1,128}$/;

/** The `headers` of a call that makes something: whoever got no answer asks again, and makes nothing twice. */
export const IDEMPOTENT = {
  'Idempotency-Key': Joi.string()
    .pattern(FORM, 'text of 1 to 128 visible ASCII characters')
    .description('The same key and body within 24 hours get the same answer, and make nothing again')
    .example('0e0b1c3e-5a0f-4f4e-9d0c-6a5c5e8f7b21'),
};

/** A call that names a key: the same key with another body, or on another path, is refused. */
export interface IdempotentCall {
  readonly key: string;
  readonly body: unknown;
}

/** The key of this request, with what it stands for. */
export function idempotencyOf(request: Request): IdempotentCall | undefined {
  const key = request.get('idempotency-key');
  return key === undefined ? undefined : { key, body: { path: request.path, body: request.body as unknown } };
}
