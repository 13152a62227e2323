import type { EndpointId } from './route.ts';
import { isEndpointId } from './route.ts';

/** What a raw request-target means, without decoding it (proxy rules R1 and R2, cases 1-28). */
export type RequestTarget =
  /** Forward `path`, byte by byte what the client sent below the prefix. */
  | {
      readonly kind: 'forward';
      readonly endpoint: EndpointId;
      readonly prefix: string;
      readonly path: string;
    }
  /** The prefix without its slash: relative links would break, so the client is sent to `location`. */
  | {
      readonly kind: 'redirect';
      readonly endpoint: EndpointId;
      readonly prefix: string;
      readonly location: string;
    }
  /** Not below /instances/: a page of our own, or nothing. */
  | { readonly kind: 'elsewhere'; readonly path: string }
  /** `OPTIONS *` */
  | { readonly kind: 'asterisk' }
  | {
      readonly kind: 'refused';
      readonly code: 'bad_address' | 'address_too_long' | 'misdirected_request';
    };

const INSTANCES = '/instances/';
const LONGEST_TARGET = 16_384;
/** Printable ASCII without space and `#`: what may stand in a request-target. */
const ALLOWED_BYTES = /^[\x21\x22\x24-\x7e]+$/;
const ABSOLUTE_FORM = /^https?:\/\/([^/?]*)(.*)$/i;
const DOT_SEGMENT = /^(?:\.|%2e){1,2}$/i;

/** Reads a request-target as it stood on the wire; `host` is the Host header, which an absolute form must repeat. */
export function readTarget(raw: string, host: string | undefined): RequestTarget {
  if (raw.length > LONGEST_TARGET) return { kind: 'refused', code: 'address_too_long' };
  if (raw === '*') return { kind: 'asterisk' };
  if (!ALLOWED_BYTES.test(raw) || /%00/.test(raw)) return { kind: 'refused', code: 'bad_address' };
  const absolute = ABSOLUTE_FORM.exec(raw);
  if (absolute === null) return readOriginForm(raw);
  const [, authority = '', rest = ''] = absolute;
  if (authority.toLowerCase() !== host?.toLowerCase())
    return { kind: 'refused', code: 'misdirected_request' };
  return readOriginForm(rest.startsWith('/') ? rest : `/${rest}`);
}

function readOriginForm(target: string): RequestTarget {
  const queryAt = target.indexOf('?');
  const path = queryAt === -1 ? target : target.slice(0, queryAt);
  const query = queryAt === -1 ? '' : target.slice(queryAt);
  if (!path.startsWith(INSTANCES)) return { kind: 'elsewhere', path };
  const segmentEnd = path.indexOf('/', INSTANCES.length);
  const endpoint = path.slice(INSTANCES.length, segmentEnd === -1 ? undefined : segmentEnd);
  // A dot segment here would lead out of /instances/ in whatever resolves it later.
  if (DOT_SEGMENT.test(endpoint)) return { kind: 'refused', code: 'bad_address' };
  if (!isEndpointId(endpoint)) return { kind: 'elsewhere', path };
  const prefix = INSTANCES + endpoint;
  if (segmentEnd === -1) return { kind: 'redirect', endpoint, prefix, location: `${prefix}/${query}` };
  const below = path.slice(segmentEnd);
  if (leavesPrefix(below)) return { kind: 'refused', code: 'bad_address' };
  return { kind: 'forward', endpoint, prefix, path: below + query };
}

/** Whether dot segments would climb above the prefix at any point; `%2e` counts as a dot, `%2f` is no separator. */
function leavesPrefix(path: string): boolean {
  let depth = 0;
  for (const segment of path.slice(1).split('/')) {
    if (!DOT_SEGMENT.test(segment)) depth += 1;
    else if (segment.toLowerCase().replaceAll('%2e', '.') === '..') depth -= 1;
    if (depth < 0) return true;
  }
  return false;
}
