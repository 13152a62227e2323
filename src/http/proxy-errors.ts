import type { ErrorEntry } from './error-catalogue.ts';
import type { ErrorCode } from '../platform/errors.ts';

/** What a proxy answers instead of an instance. */
export const PROXY_ERRORS = {
  bad_address: {
    status: 400,
    title: 'Bad address',
    meaning: 'The path contains what no application should get: raw control characters, a fragment, %00.',
    action: 'Correct the link.',
  },
  route_unknown: {
    status: 404,
    title: 'No such instance',
    meaning: 'No instance has this address.',
    action: 'Check the link.',
  },
  route_withdrawn: {
    status: 410,
    title: 'Link withdrawn',
    meaning:
      'An operator took the link away, the instance was removed, or its deployment failed and nothing of it runs.',
    action:
      'Ask whoever gave you the link. Unless the instance was removed, its next deployment brings the link back.',
  },
  route_updating: {
    status: 503,
    title: 'Being updated',
    meaning: 'The instance is being deployed; it comes back within moments.',
    action: 'Wait; the page reloads by itself.',
  },
  route_stopped: {
    status: 503,
    title: 'Stopped',
    meaning: 'The instance is stopped.',
    action: 'Start it in the panel.',
  },
  route_store_unavailable: {
    status: 503,
    title: 'Route unknown now',
    meaning: 'Redis does not answer, and this route is not known here.',
    action: "Wait. Operators: /readyz on the proxy's own port, then Redis.",
  },
  target_refused: {
    status: 502,
    title: 'No answer',
    meaning: 'Nothing listens at the target of this instance.',
    action: 'Operators: look at the container on its host.',
  },
  target_bad_response: {
    status: 502,
    title: 'Invalid answer',
    meaning: 'The instance answered something that is not HTTP.',
    action: 'Operators: check endpoint and port of the product.',
  },
  connect_timeout: {
    status: 504,
    title: 'No connection',
    meaning: 'The host of the instance did not take the connection in time.',
    action: 'Operators: check the host and the private network; the limit is ARK_CONNECT_TIMEOUT_MS.',
  },
  header_timeout: {
    status: 504,
    title: 'Answer too slow',
    meaning: 'The instance did not begin its answer in time.',
    action: 'Operators: look at the application; the limit is ARK_HEADER_TIMEOUT_S.',
  },
  target_unreachable: {
    status: 502,
    title: 'Host unreachable',
    meaning: 'There is no way to the host of the instance.',
    action: 'Operators: check the host and the private network.',
  },
  target_closed: {
    status: 502,
    title: 'Connection closed',
    meaning: 'The instance closed the connection before its answer was complete.',
    action: 'Operators: look at the log of the application.',
  },
  address_too_long: {
    status: 414,
    title: 'Address too long',
    meaning: 'The address is longer than 16 KB.',
    action: 'Shorten the address; send data in the body.',
  },
  misdirected_request: {
    status: 421,
    title: 'Wrong server',
    meaning: 'The address in the request line names another server than the Host header.',
    action: 'A fault of the client: correct it.',
  },
  expectation_failed: {
    status: 417,
    title: 'Unknown expectation',
    meaning: 'Only `Expect: 100-continue` is understood.',
    action: 'A fault of the client: correct it.',
  },
  framing_unsupported: {
    status: 501,
    title: 'Coding not supported',
    meaning: 'Only `Transfer-Encoding: chunked` is supported.',
    action: 'A fault of the client: correct it.',
  },
  loop_detected: {
    status: 508,
    title: 'Loop',
    meaning: 'The request comes back to the same proxy again and again.',
    action: 'Operators: an instance or nginx leads back to the proxy.',
  },
} satisfies Partial<Record<ErrorCode, ErrorEntry>>;
