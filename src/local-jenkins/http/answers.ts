import { randomUUID } from 'node:crypto';
import type { Permission } from '../store/user-store.ts';
import type { Tree } from '../views/tree.ts';
import { pick } from '../views/tree.ts';
import type { Exchange } from './exchange.ts';
import { requestOrigin, userId } from './exchange.ts';
import { escapeHtml } from './html.ts';

export const VERSION = '2.516.2';
type Headers = Readonly<Record<string, string | readonly string[]>>;

const NO_CACHE = 'no-cache,no-store,must-revalidate';

/** Headers that every answer carries; the first says what this server is. */
export function commonHeaders(): Record<string, string> {
  return { 'X-Ark-Local-Jenkins': 'not Jenkins', 'X-Content-Type-Options': 'nosniff' };
}

export function send(exchange: Exchange, status: number, headers: Headers, body: string | Buffer = ''): void {
  const { response } = exchange;
  for (const [name, value] of Object.entries({ ...commonHeaders(), ...headers }))
    response.setHeader(name, value);
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.writeHead(status);
  response.end(body);
}

/** 201, 204, 302 and 303 of Jenkins: no body, no X-Jenkins. */
export function sendEmpty(exchange: Exchange, status: number, headers: Headers = {}): void {
  send(exchange, status, { Vary: 'Accept-Encoding', ...headers });
}

/** A 302 to a path of this server: no scheme, no host, as Jetty 12 sends it. */
export function sendRedirect(exchange: Exchange, path: string): void {
  sendEmpty(exchange, 302, { Location: exchange.site.contextPath + path });
}

/** 201 or 303 with an absolute Location. */
export function sendLocation(exchange: Exchange, status: 201 | 303, path: string): void {
  sendEmpty(exchange, status, { Location: requestOrigin(exchange) + exchange.site.contextPath + path });
}

export function sendText(exchange: Exchange, body: string, headers: Headers = {}): void {
  const type = { 'Content-Type': 'text/plain;charset=utf-8' };
  send(exchange, 200, { Vary: 'Accept-Encoding', ...type, ...headers }, body);
}

/** An `api/json` answer: the part of `view` that `tree` names. */
export function sendJson(exchange: Exchange, view: unknown, tree: Tree): void {
  const picked = pick(view, tree);
  const isPretty = exchange.query.get('pretty') === 'true';
  const headers = { Vary: 'Accept-Encoding', ...versionHeaders(exchange), 'X-Frame-Options': 'deny' };
  const type = { 'Content-Type': 'application/json;charset=utf-8' };
  send(exchange, 200, { ...headers, ...type }, JSON.stringify(picked, undefined, isPretty ? 2 : undefined));
}

/** Errors that Jetty renders itself: 400, 401, crumb 403 (transcripts a04 a05 a06 a18). No X-Jenkins. */
export function sendContainerError(
  exchange: Exchange,
  status: number,
  message: string,
  extra: Headers = {},
): void {
  const uri = exchange.site.contextPath + exchange.path;
  const accept = exchange.request.headers.accept ?? '*/*';
  const headers = { 'Cache-Control': 'must-revalidate,no-cache,no-store', ...extra };
  if (accept.startsWith('application/json')) {
    const body = { servlet: 'Stapler', message, url: uri, status: String(status) };
    const text = JSON.stringify(body, undefined, 0);
    return send(exchange, status, { ...headers, 'Content-Type': 'application/json' }, `${text}\n`);
  }
  const rows = [`URI: ${uri}`, `STATUS: ${status}`, `MESSAGE: ${message}`, 'SERVLET: Stapler'];
  if (accept.startsWith('text/plain')) {
    const text = [`HTTP ERROR ${status} ${message}`, ...rows].join('\n');
    return send(
      exchange,
      status,
      { ...headers, 'Content-Type': 'text/plain;charset=iso-8859-1' },
      `${text}\n`,
    );
  }
  const title = escapeHtml(`${status} ${message}`);
  const table = rows.map((row) => {
    const [name = '', value = ''] = splitOnce(row);
    return `<tr><th>${name}:</th><td>${escapeHtml(value)}</td></tr>`;
  });
  const body = `<html>
<head>
<meta http-equiv="Content-Type" content="text/html;charset=ISO-8859-1"/>
<title>Error ${title}</title>
</head>
<body><h2>HTTP ERROR ${title}</h2>
<table>
${table.join('\n')}
</table>
<hr/>Ark local job server, not Jenkins<hr/>

</body>
</html>
`;
  send(exchange, status, { ...headers, 'Content-Type': 'text/html;charset=iso-8859-1' }, body);
}

/** The "Oops!" page: its body tells nothing but a Logging ID (jenkins-observed A8). */
export function sendOops(exchange: Exchange, status: 400 | 404 | 409 | 422 | 500): void {
  const text = `<h2>A problem occurred while processing the request</h2><p>Logging ID=${randomUUID()}`;
  sendErrorPage(exchange, status, {
    title: 'Jenkins',
    body: `<h1>Oops!</h1><div id="error-description">${text}</div>`,
  });
}

/** No such thing, or no right to see it: Jenkins does not tell which. */
export function sendNotFound(exchange: Exchange): void {
  const text = '<h2>Not Found</h2><p>This page may not exist, or you may not have permission to see it.';
  const body = `<h1>Oops!</h1><div id="error-description">${text}</div>`;
  sendErrorPage(exchange, 404, { title: 'Not Found - Jenkins', body, expires: '0' });
}

/** GET where only POST is served (transcripts b15 b17 f09 f23). */
export function sendMethodNotAllowed(exchange: Exchange, headers: Headers = {}): void {
  const text = 'The URL you are trying to access requires that requests be sent using POST.';
  const body = `<h1>This URL requires POST</h1><p>${text}`;
  sendErrorPage(exchange, 405, { title: 'Method Not Allowed - Jenkins', body, headers });
}

const PERMISSIONS: Readonly<Record<Permission, { id: string; name: string }>> = {
  read: { id: 'hudson.model.Item.Read', name: 'Job/Read' },
  build: { id: 'hudson.model.Item.Build', name: 'Job/Build' },
  cancel: { id: 'hudson.model.Item.Cancel', name: 'Job/Cancel' },
};

/** Signed in, but not allowed (transcripts b21 f41). */
export function sendDenied(exchange: Exchange, permission: Permission): void {
  const { id, name } = PERMISSIONS[permission];
  const body = `<h1>Access Denied</h1><p class="error">${escapeHtml(userId(exchange))} is missing the ${name} permission`;
  const headers = {
    'X-You-Are-Authenticated-As': userId(exchange),
    'X-Required-Permission': id,
    'X-Permission-Implied-By': [
      'hudson.security.Permission.GenericUpdate',
      'hudson.security.Permission.GenericWrite',
      'hudson.model.Hudson.Administer',
    ],
  };
  sendErrorPage(exchange, 403, { title: 'Jenkins', body, headers });
}

/** Nobody signed in: 403 with a page that leads to the sign-in form (transcript a23), bare for scripts (a25). */
export function sendSignInNeeded(exchange: Exchange): void {
  if (exchange.request.headers['x-requested-with'] === 'XMLHttpRequest') {
    return sendContainerError(exchange, 403, 'Forbidden', sessionCookie(exchange));
  }
  const { site, request } = exchange;
  const target = `${site.contextPath}/login?from=${encodeURIComponent(site.contextPath + (request.url ?? '/'))}`;
  const head = `<meta http-equiv='refresh' content='1;url=${escapeHtml(target)}'/>`;
  const body = `<html><head>${head}</head><body style='background-color:white; color:white;'>
Authentication required
<!--
-->

</body></html>${' '.repeat(300)}`;
  const headers = {
    ...sessionCookie(exchange),
    Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
    ...versionHeaders(exchange),
  };
  send(
    exchange,
    403,
    { Vary: 'Accept-Encoding', ...headers, 'Content-Type': 'text/html;charset=utf-8' },
    body,
  );
}

interface ErrorPage {
  readonly title: string;
  /** HTML, escaped. */
  readonly body: string;
  readonly headers?: Headers;
  readonly expires?: string;
}

/** Pages that Jenkins itself renders: they set a session cookie, also for token calls. */
function sendErrorPage(exchange: Exchange, status: number, page: ErrorPage): void {
  const headers = {
    ...pageHeaders(exchange),
    Expires: page.expires ?? 'Thu, 01 Jan 1970 00:00:00 GMT',
    ...sessionCookie(exchange),
    ...page.headers,
  };
  const footer = '<footer>Ark local job server, not Jenkins</footer>';
  const head = `<head><title>${page.title}</title></head>`;
  send(exchange, status, headers, `<!DOCTYPE html><html>${head}<body>${page.body}${footer}</body></html>\n`);
}

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

function versionHeaders({ site }: Exchange): Record<string, string> {
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

function splitOnce(row: string): [string, string] {
  const at = row.indexOf(': ');
  return [row.slice(0, at), row.slice(at + 2)];
}
