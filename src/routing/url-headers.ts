import type { Origin } from './forwarded-headers.ts';
import { targetKey } from './route-table.ts';
import type { Target } from './route.ts';

/** What decides whether a URL in an answer means this instance. */
export interface UrlScope {
  /** `/instances/<endpoint>` */
  readonly prefix: string;
  readonly origin: Origin;
  /** Host header that the target saw. */
  readonly sentHost: string;
  readonly target: Target;
}

const ABSOLUTE = /^(?:(https?):)?\/\/([^/?#]*)(.*)$/is;

/** A URL of an answer as the browser must see it (rule R5, cases 54-59). Never doubles the prefix. */
export function urlForClient(url: string, scope: UrlScope): string {
  const absolute = ABSOLUTE.exec(url);
  if (absolute !== null) {
    const [, scheme, authority = '', rest = ''] = absolute;
    if (!isOurs(authority, scheme?.toLowerCase(), scope)) return url;
    return underPrefix(rest.startsWith('/') ? rest : `/${rest}`, scope.prefix);
  }
  // `/\host` is `//host` for a browser: keep what the app wrote rather than guess.
  return url.startsWith('/') && !url.startsWith('/\\') ? underPrefix(url, scope.prefix) : url;
}

/** `5; url=/x` with its URL as the browser must see it (case 63). */
export function refreshForClient(value: string, scope: UrlScope): string {
  const found = /^([\s\d.;,]*url\s*=\s*)(["']?)(.*?)(\2\s*)$/is.exec(value);
  if (found === null) return value;
  const [, lead = '', quote = '', url = '', end = ''] = found;
  return [lead, quote, urlForClient(url, scope), end].join('');
}

/** Every `<target>` of a Link field as the browser must see it (case 64). */
export function linkForClient(value: string, scope: UrlScope): string {
  // A quoted parameter may hold `<`; it is passed over as a whole.
  return value.replace(/"(?:[^"\\]|\\.)*"|<([^>]*)>/g, (all, url: string | undefined) =>
    url === undefined ? all : `<${urlForClient(url, scope)}>`,
  );
}

/** WebDAV's Destination as the target must see it: our host, and the path below the prefix (case 42). */
export function destinationForTarget(
  value: string,
  { prefix, origin }: Pick<UrlScope, 'prefix' | 'origin'>,
): string {
  const absolute = ABSOLUTE.exec(value);
  const [, scheme, authority = '', rest = value] = absolute ?? [];
  if (absolute !== null && authority.toLowerCase() !== origin.host.toLowerCase()) return value;
  if (!rest.startsWith(`${prefix}/`)) return value;
  const below = rest.slice(prefix.length);
  return absolute === null ? below : `${scheme === undefined ? '' : `${scheme}:`}//${authority}${below}`;
}

/** A path-absolute URL below the prefix, unless it is there already at a segment boundary. */
function underPrefix(path: string, prefix: string): string {
  const isUnder = path.startsWith(prefix) && /^(?:$|[/?#])/.test(path.slice(prefix.length));
  return isUnder ? path : prefix + path;
}

function isOurs(
  authority: string,
  scheme: string | undefined,
  { origin, sentHost, target }: UrlScope,
): boolean {
  const written = withPort(authority, scheme ?? origin.proto);
  // The public host answers on either scheme: an app behind TLS termination often believes that it is http.
  const own = [origin.host, sentHost].flatMap((host) => [withPort(host, 'http'), withPort(host, 'https')]);
  return written === withPort(targetKey(target), 'http') || own.includes(written);
}

function withPort(authority: string, scheme: string): string {
  const lower = authority.toLowerCase();
  return /:\d+$/.test(lower.replace(/^\[[^\]]*\]/, ''))
    ? lower
    : `${lower}:${scheme === 'https' ? '443' : '80'}`;
}
