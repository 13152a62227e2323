import type { User } from '../store/user-store.ts';
import { sendContainerError } from './container-error.ts';
import type { Exchange } from './exchange.ts';
import { field } from './exchange.ts';

const CRUMB = 'jenkins-crumb';

/**
 * Finds out who calls: a session of a sign-in, else Basic with an API token, else Basic with a password.
 * Answers 401 and returns false for bad credentials, on whatever page (observed).
 */
export function authenticate(exchange: Exchange): boolean {
  const { site, request } = exchange;
  exchange.session = site.sessions.find(request.headers.cookie);
  const signedInAs = exchange.session?.userId;
  const header = request.headers.authorization;
  if (header === undefined || !/^basic /i.test(header)) {
    exchange.user = signedInAs === undefined ? undefined : site.users.find(signedInAs);
    return true;
  }
  const [id, secret] = decodeBasic(header);
  // Jenkins skips the header when the session already belongs to that user: the token then spares no crumb (a12)
  if (signedInAs !== undefined && signedInAs === id) {
    exchange.user = site.users.find(id);
    return true;
  }
  const byToken = site.users.byToken(id, secret);
  exchange.isToken = byToken !== undefined;
  exchange.user = byToken ?? site.users.byPassword(id, secret);
  if (exchange.user === undefined) sendUnauthorized(exchange);
  return exchange.user !== undefined;
}

/** Checks the crumb of a POST. Answers 403 and returns false when it needs one and has none that fits. */
export function checkCrumb(exchange: Exchange): boolean {
  if (exchange.method !== 'POST' || exchange.isToken) return true;
  const given = exchange.request.headers[CRUMB]?.toString() ?? field(exchange, 'Jenkins-Crumb');
  if (exchange.session !== undefined && given === crumbOf(exchange, exchange.user)) return true;
  sendContainerError(exchange, { status: 403, message: 'No valid crumb was included in the request' });
  return false;
}

/** The crumb of the present session; there must be one. */
export function crumbOf({ site, session }: Exchange, user: User | undefined): string {
  return session === undefined ? '' : site.sessions.crumb(session, user?.id ?? 'anonymous');
}

function sendUnauthorized(exchange: Exchange): void {
  const path = exchange.site.contextPath === '' ? '/' : exchange.site.contextPath;
  sendContainerError(exchange, {
    status: 401,
    message: 'Unauthorized',
    headers: {
      'Set-Cookie': `remember-me=; Path=${path}; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; SameSite=Lax`,
      'WWW-Authenticate': 'Basic realm="Jenkins"',
    },
  });
}

function decodeBasic(header: string): [string, string] {
  const text = Buffer.from(header.slice('basic '.length).trim(), 'base64').toString('utf8');
  const at = text.indexOf(':');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
