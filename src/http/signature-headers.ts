import Joi from 'joi';

/** What a signed message carries beside its body; signature.ts checks it. */
export const SIGNATURE_HEADERS = {
  'webhook-id': Joi.string().max(100).description('Id of the message; the same in each try'),
  'webhook-timestamp': Joi.string()
    .pattern(/^\d{1,12}$/)
    .description('Seconds since 1970; at most five minutes from now'),
  'webhook-signature': Joi.string()
    .max(1_000)
    .description('`v1,<base64 HMAC-SHA256 of "id.timestamp.body">`'),
} as const;
