import type { EndpointId } from './route.ts';

const PLATFORM_COOKIE = /^ark_/;
const PLATFORM_TOKEN = /^[A-Za-z]+[ \t]+ark_/;

/** Whether an Authorization value carries a token of ours, which no instance may see (case 39). */
export function isPlatformAuthorization(value: string): boolean {
  return PLATFORM_TOKEN.test(value.trimStart());
}

/** Whether a cookie name is reserved for the platform (cases 38, 71). */
export function isPlatformCookie(name: string): boolean {
  return PLATFORM_COOKIE.test(name);
}

/**
 * A Cookie value as the target may see it: without platform cookies, and with `__Secure-<endpoint>.name` back
 * under its own name `__Host-name` (case 70). Undefined when nothing is left; untouched when nothing applies.
 */
export function cookieForTarget(value: string, endpoint: EndpointId): string | undefined {
  const parts = value.split(';');
  const kept = parts.filter((part) => !isPlatformCookie(nameOf(part)));
  const scoped = hostCookiePrefix(endpoint);
  const renamed = kept.map((part) =>
    nameOf(part).startsWith(scoped) ? part.replace(scoped, '__Host-') : part,
  );
  const text = renamed.join(';').trimStart();
  return text.trim() === '' ? undefined : text;
}

/** What stands in front of a `__Host-` cookie's name while it is scoped to one instance. */
export function hostCookiePrefix(endpoint: EndpointId): string {
  return `__Secure-${endpoint}.`;
}

function nameOf(part: string): string {
  return (part.split('=', 1)[0] ?? '').trim();
}
