import type { Tree } from '../views/tree.ts';
import { pick } from '../views/tree.ts';
import type { Exchange } from './exchange.ts';
import { baseOf, isOwnForm, requestOrigin } from './exchange.ts';

export const VERSION = '2.516.2';
export type Headers = Readonly<Record<string, string | readonly string[]>>;

export interface Answer {
  readonly status: number;
  readonly headers?: Headers;
  readonly body?: string;
}

const NO_CACHE = 'no-cache,no-store,must-revalidate';

/** Headers that every answer carries; the first says what this server is. */
export function commonHeaders(): Record<string, string> {
  return { 'X-Ark-Local-Jenkins': 'not Jenkins', 'X-Content-Type-Options': 'nosniff' };
}

export function send({ response }: Exchange, { status, headers = {}, body = '' }: Answer): void {
  for (const [name, value] of Object.entries({ ...commonHeaders(), ...headers }))
    response.setHeader(name, value);
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.writeHead(status);
  response.end(body);
}

/** 201, 204, 302 and 303 of Jenkins: no body, no X-Jenkins. */
export function sendEmpty(exchange: Exchange, status: number, headers: Headers = {}): void {
  send(exchange, { status, headers: { Vary: 'Accept-Encoding', ...headers } });
}

/** A 302 to a path of this server: no scheme, no host, as Jetty 12 sends it; relative for our own forms. */
export function sendRedirect(exchange: Exchange, path: string, headers: Headers = {}): void {
  const root = isOwnForm(exchange) ? baseOf(exchange) : `${exchange.site.contextPath}/`;
  sendEmpty(exchange, 302, { ...headers, Location: root + path.slice(1) });
}

/** 201 or 303 with an absolute Location. */
export function sendLocation(exchange: Exchange, status: 201 | 303, path: string): void {
  sendEmpty(exchange, status, { Location: requestOrigin(exchange) + exchange.site.contextPath + path });
}

export function sendText(exchange: Exchange, body: string, headers: Headers = {}): void {
  const type = { Vary: 'Accept-Encoding', 'Content-Type': 'text/plain;charset=utf-8' };
  send(exchange, { status: 200, headers: { ...type, ...headers }, body });
}

/** An `api/json` answer: the part of `view` that `tree` names. */
export function sendJson(exchange: Exchange, view: unknown, tree: Tree): void {
  const indent = exchange.query.get('pretty') === 'true' ? 2 : undefined;
  const headers = {
    Vary: 'Accept-Encoding',
    ...versionHeaders(exchange),
    'X-Frame-Options': 'deny',
    'Content-Type': 'application/json;charset=utf-8',
  };
  send(exchange, { status: 200, headers, body: JSON.stringify(pick(view, tree), undefined, indent) });
}

/** Headers of the pages that Jenkins itself renders. */
export function pageHeaders(exchange: Exchange): Record<string, string> {
  return {
    'Content-Type': 'text/html;charset=utf-8',
    'Cache-Control': NO_CACHE,
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'X-Hudson': '1.395',
    ...versionHeaders(exchange),
    'X-Frame-Options': 'sameorigin',
  };
}

export function versionHeaders({ site }: Exchange): Record<string, string> {
  return { 'X-Jenkins': VERSION, 'X-Jenkins-Session': site.bootId };
}

/** Gives the caller a session if it has none. */
export function sessionCookie(exchange: Exchange): Record<string, string> {
  if (exchange.session !== undefined) return {};
  exchange.session = exchange.site.sessions.create();
  return { 'Set-Cookie': cookieOf(exchange, exchange.session.id) };
}

export function cookieOf({ site }: Exchange, value: string): string {
  const path = site.contextPath === '' ? '/' : site.contextPath;
  return `${site.sessions.cookieName}=${value}; Path=${path}; HttpOnly; SameSite=Lax`;
}
