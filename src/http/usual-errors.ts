import type { ErrorCode } from '../platform/errors.ts';
import type { CallFacts } from './call.ts';

const OF_SIGNED: readonly ErrorCode[] = [
  'signature_invalid',
  'callback_expired',
  'callback_key_revoked',
  'callback_reused',
];

/** Codes that every call of its kind may be answered, beside those that it names itself. */
export function usualErrors({ right, body }: CallFacts): readonly ErrorCode[] {
  return [
    'malformed_request',
    'validation_failed',
    ...(body === undefined ? [] : (['body_too_large', 'unsupported_media_type'] as const)),
    ...whoMay(right),
  ];
}

function whoMay(right: CallFacts['right']): readonly ErrorCode[] {
  if (right === 'anybody') return [];
  if (right === 'signature') return OF_SIGNED;
  return ['unauthorized', 'origin_refused', ...(right === 'any_user' ? [] : (['forbidden'] as const))];
}
