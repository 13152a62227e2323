import type { Origin } from './forwarded-headers.ts';
import { hostCookiePrefix, isPlatformCookie } from './platform-credentials.ts';
import type { EndpointId, Target } from './route.ts';

export interface CookieScope {
  readonly endpoint: EndpointId;
  readonly prefix: string;
  readonly origin: Origin;
  readonly target: Target;
}

/**
 * A Set-Cookie value as the browser must see it (rule R6, cases 65-71): edits the text of Path and Domain and
 * nothing else. Undefined when the cookie has a name of the platform: an instance must not set those.
 */
export function setCookieForClient(value: string, scope: CookieScope): string | undefined {
  const [pair = '', ...attributes] = splitAttributes(value);
  const name = (pair.split('=', 1)[0] ?? '').trim();
  if (isPlatformCookie(name)) return undefined;
  const edited = attributes.flatMap((attribute) => editAttribute(attribute, scope));
  return [scopedPair(pair, name, scope.endpoint), ...edited].join(';');
}

/** Splits at `;` outside quotes: a quoted value may hold anything. */
function splitAttributes(value: string): string[] {
  const [first = ''] = /^[^=;]*=\s*"[^"]*"[^;]*|^[^;]*/.exec(value) ?? [];
  const rest = value.slice(first.length);
  return [first, ...(rest === '' ? [] : rest.slice(1).split(';'))];
}

function editAttribute(attribute: string, scope: CookieScope): string[] {
  const equals = attribute.indexOf('=');
  const name = (equals === -1 ? attribute : attribute.slice(0, equals)).trim().toLowerCase();
  const value = equals === -1 ? '' : attribute.slice(equals + 1).trim();
  if (name === 'domain') return isOwnDomain(value, scope) ? [] : [attribute];
  if (name !== 'path' || !value.startsWith('/')) return [attribute];
  return [attribute.slice(0, equals + 1) + pathUnder(value, scope.prefix)];
}

function pathUnder(path: string, prefix: string): string {
  if (path === prefix || path.startsWith(`${prefix}/`)) return path;
  return prefix + path;
}

/** The target's address, our public host, or a parent of it: the cookie then belongs to the host alone. */
function isOwnDomain(value: string, { origin, target }: CookieScope): boolean {
  const domain = value.replace(/^\./, '').toLowerCase();
  const host = origin.host.replace(/:\d+$/, '').toLowerCase();
  return domain === host || host.endsWith(`.${domain}`) || domain === target.host.toLowerCase();
}

/** `__Host-` demands Path=/, which a browser would refuse here; the name carries the scope instead (case 70). */
function scopedPair(pair: string, name: string, endpoint: EndpointId): string {
  return name.startsWith('__Host-') ? pair.replace('__Host-', hostCookiePrefix(endpoint)) : pair;
}
