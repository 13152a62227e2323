import type { ErrorEntry } from './error-catalogue.ts';
import type { ErrorCode } from '../platform/errors.ts';

/** What the HTTP edge itself answers, and what we depend on. */
export const EDGE_ERRORS = {
  malformed_request: {
    status: 400,
    title: 'Malformed request',
    meaning:
      'The body or the address cannot be read: no JSON, no UTF-8, a forbidden key, a key twice, a bad escape.',
    action: 'Send valid JSON (UTF-8) with content-type application/json, and percent-encode the address.',
  },
  validation_failed: {
    status: 400,
    title: 'Invalid fields',
    meaning:
      'The request is well formed, but fields are missing, unknown or not allowed; `errors` lists all of them.',
    action: 'Correct every field that `errors` names.',
  },
  body_too_large: {
    status: 413,
    title: 'Body too large',
    meaning: 'The body is longer than this call allows.',
    action: 'Send less; the limits are ARK_BODY_LIMIT_KIB and ARK_CALLBACK_BODY_LIMIT_KIB.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    meaning: 'The body is not application/json, or it is compressed.',
    action: 'Send content-type application/json without content-encoding.',
  },
  unauthorized: {
    status: 401,
    title: 'Not signed in',
    meaning: 'There is no session or token, it is unknown or over, or two sessions came in one request.',
    action: 'Sign in with a new link (`npm run ark -- sign-in`), or send `Authorization: Bearer <token>`.',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    meaning: 'The account does not have the right that this call needs.',
    action: 'Ask an administrator for the right that `detail` names.',
  },
  origin_refused: {
    status: 403,
    title: 'Foreign origin',
    meaning: 'A request with a session cookie came from another site than our pages.',
    action:
      'Use the pages at ARK_PAGES_URL, or a token. Check that ARK_PAGES_URL is the address that the browser shows.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    meaning: 'Nothing is at this address.',
    action: 'Check the path.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    meaning: 'The address exists, but not for this method; `Allow` lists those that work.',
    action: 'Use a method that `Allow` names.',
  },
  too_many_streams: {
    status: 429,
    title: 'Too many streams',
    meaning:
      'This caller, or all together, have as many event streams and logs open as one coordinator serves.',
    action: 'Close some, or poll: lists, states and logs give the same facts.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    meaning: 'Something went wrong on our side. The cause is in our log under the request id.',
    action: 'Look up the request id in the log of the coordinator, and report it.',
  },
  store_unavailable: {
    status: 503,
    title: 'Store unavailable',
    meaning: 'Redis does not answer. Running instances are not affected.',
    action: "Try again in a moment. Operators: /readyz on the coordinator's own port, then Redis.",
  },
  generation_changed: {
    status: 503,
    title: 'Store is another one',
    meaning:
      'Redis was wiped, restored or replaced; nothing is triggered or applied until an operator accepts it.',
    action:
      'Operators: find out what happened to Redis and bring the right data back. To go on with the store as it is: `npm run ark -- accept-generation`.',
  },
  build_server_unavailable: {
    status: 503,
    title: 'Jenkins unavailable',
    meaning: 'Jenkins does not answer, or answers something that is not its API.',
    action: 'Orders are kept and triggered later. Operators: check Jenkins and ARK_JENKINS_URL.',
  },
  build_server_refused: {
    status: 502,
    title: 'Jenkins refuses',
    meaning: 'Jenkins answered, and refuses for good: the job is missing, or the account may not start it.',
    action: 'Operators: check the job, ARK_JENKINS_USER, its token and its rights.',
  },
  request_timeout: {
    status: 408,
    title: 'Request did not end',
    meaning: 'The rest of the request did not arrive in time.',
    action: 'Send it again over a better connection.',
  },
  headers_too_large: {
    status: 431,
    title: 'Headers too large',
    meaning: 'The headers of the request are longer than we take.',
    action: 'Remove cookies of this site, and send shorter headers.',
  },
} satisfies Partial<Record<ErrorCode, ErrorEntry>>;
