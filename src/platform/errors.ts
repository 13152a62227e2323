/** Every code that leaves this program; docs/errors.md says of each what it means and what to do. */
export const ERROR_CODES = [
  // the edge
  'malformed_request',
  'validation_failed',
  'body_too_large',
  'unsupported_media_type',
  'unauthorized',
  'forbidden',
  'origin_refused',
  'not_found',
  'method_not_allowed',
  'too_many_streams',
  'internal',
  // orders
  'instance_not_found',
  'deployment_not_found',
  'product_not_found',
  'host_not_found',
  'host_required',
  'conflict',
  'precondition_failed',
  'already_live',
  'already_removing',
  'already_ended',
  'instance_deleted',
  'idempotency_key_reused',
  'product_invalid',
  'host_key_mismatch',
  'host_unreachable',
  'target_not_proven',
  'callback_key_not_found',
  // what we depend on
  'store_unavailable',
  'generation_changed',
  'build_server_unavailable',
  'build_server_refused',
  // callbacks
  'signature_invalid',
  'callback_expired',
  'callback_key_revoked',
  'callback_reused',
  'build_unknown',
  'build_not_running',
  'build_mismatch',
  'fields_edited',
  'start_from_panel',
  'superseded',
  'duplicate_build',
  'busy',
  'wrong_job',
  'not_allowed_now',
  'lease_invalid',
  'target_not_offered',
  'candidate_differs',
  'already_decided',
  // the proxy
  'bad_address',
  'route_unknown',
  'route_withdrawn',
  'route_updating',
  'route_stopped',
  'route_store_unavailable',
  'target_refused',
  'target_bad_response',
  'connect_timeout',
  'header_timeout',
  'target_unreachable',
  'target_closed',
  'address_too_long',
  'misdirected_request',
  'headers_too_large',
  'request_timeout',
  'expectation_failed',
  'framing_unsupported',
  'loop_detected',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface AppErrorOptions {
  readonly cause?: unknown;
  /** Shown to the caller beside the message: field faults, choices, a link. Never secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Seconds after which it makes sense to try again. */
  readonly retryAfterS?: number;
}

/** The one error of this program: a closed code, a message that is safe to show, a cause that is for us. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfterS: number | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details ?? {};
    this.retryAfterS = options.retryAfterS;
  }
}

/** Anything thrown, as an AppError; what we did not foresee becomes `internal` with the original as cause. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return new AppError('internal', 'Something went wrong on our side', { cause: thrown });
}
