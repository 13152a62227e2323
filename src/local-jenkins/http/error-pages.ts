import { randomUUID } from 'node:crypto';
import type { Permission } from '../store/user-store.ts';
import type { Headers } from './answers.ts';
import { pageHeaders, send, sessionCookie, versionHeaders } from './answers.ts';
import { sendContainerError } from './container-error.ts';
import type { Exchange } from './exchange.ts';
import { baseOf, pathAndQuery, userId } from './exchange.ts';
import { escapeHtml } from './html.ts';

const LONG_AGO = 'Thu, 01 Jan 1970 00:00:00 GMT';

/** The "Oops!" page: its body tells nothing but a Logging ID. */
export function sendOops(exchange: Exchange, status: 400 | 404 | 409 | 422 | 500): void {
  const text = `<h2>A problem occurred while processing the request</h2><p>Logging ID=${randomUUID()}`;
  const body = `<h1>Oops!</h1><div id="error-description">${text}</div>`;
  sendErrorPage(exchange, { status, title: 'Jenkins', body });
}

/** No such thing, or no right to see it: Jenkins does not tell which. */
export function sendNotFound(exchange: Exchange): void {
  const text = '<h2>Not Found</h2><p>This page may not exist, or you may not have permission to see it.';
  const body = `<h1>Oops!</h1><div id="error-description">${text}</div>`;
  sendErrorPage(exchange, { status: 404, title: 'Not Found - Jenkins', body, headers: { Expires: '0' } });
}

/** GET where only POST is served. */
export function sendMethodNotAllowed(exchange: Exchange, headers: Headers = {}): void {
  const text = 'The URL you are trying to access requires that requests be sent using POST.';
  const body = `<h1>This URL requires POST</h1><p>${text}`;
  sendErrorPage(exchange, { status: 405, title: 'Method Not Allowed - Jenkins', body, headers });
}

const PERMISSIONS: Readonly<Record<Permission, { id: string; name: string }>> = {
  read: { id: 'hudson.model.Item.Read', name: 'Job/Read' },
  build: { id: 'hudson.model.Item.Build', name: 'Job/Build' },
  cancel: { id: 'hudson.model.Item.Cancel', name: 'Job/Cancel' },
};

/** Signed in, but not allowed. */
export function sendDenied(exchange: Exchange, permission: Permission): void {
  const { id, name } = PERMISSIONS[permission];
  const text = `${escapeHtml(userId(exchange))} is missing the ${name} permission`;
  const headers = {
    'X-You-Are-Authenticated-As': userId(exchange),
    'X-Required-Permission': id,
    'X-Permission-Implied-By': [
      'hudson.security.Permission.GenericUpdate',
      'hudson.security.Permission.GenericWrite',
      'hudson.model.Hudson.Administer',
    ],
  };
  const body = `<h1>Access Denied</h1><p class="error">${text}`;
  sendErrorPage(exchange, { status: 403, title: 'Jenkins', body, headers });
}

/** Nobody signed in: 403 with a page that leads to the sign-in form, bare for scripts. */
export function sendSignInNeeded(exchange: Exchange): void {
  const { site, request } = exchange;
  if (request.headers['x-requested-with'] === 'XMLHttpRequest') {
    return sendContainerError(exchange, {
      status: 403,
      message: 'Forbidden',
      headers: sessionCookie(exchange),
    });
  }
  // people may come through a prefix that only they see
  const isBrowser = (request.headers.accept ?? '').includes('text/html');
  const root = isBrowser ? baseOf(exchange) : `${site.contextPath}/`;
  const target = `${root}login?from=${encodeURIComponent(site.contextPath + pathAndQuery(exchange))}`;
  const href = escapeHtml(target);
  const head = `<meta http-equiv='refresh' content='1;url=${href}'/>`;
  // Jenkins hides the words, white on white, for the second until the browser follows; not all follow
  const [style, link] = isBrowser
    ? ['', `<p><a href="${href}">Entrar / Sign in</a>`]
    : [" style='background-color:white; color:white;'", ''];
  const body = `<html><head>${head}</head><body${style}>
Authentication required${link}
<!--
-->

</body></html>${' '.repeat(300)}`;
  const headers = {
    Vary: 'Accept-Encoding',
    ...sessionCookie(exchange),
    Expires: LONG_AGO,
    ...versionHeaders(exchange),
    'Content-Type': 'text/html;charset=utf-8',
  };
  send(exchange, { status: 403, headers, body });
}

interface ErrorPage {
  readonly status: number;
  readonly title: string;
  /** HTML, escaped. */
  readonly body: string;
  readonly headers?: Headers;
}

/** Pages that Jenkins itself renders: they set a session cookie, also for token calls. */
function sendErrorPage(exchange: Exchange, page: ErrorPage): void {
  const headers = {
    ...pageHeaders(exchange),
    Expires: LONG_AGO,
    ...sessionCookie(exchange),
    ...page.headers,
  };
  const footer = '<footer>Ark local job server, not Jenkins</footer>';
  const head = `<head><title>${page.title}</title></head>`;
  const body = `<!DOCTYPE html><html>${head}<body>${page.body}${footer}</body></html>\n`;
  send(exchange, { status: page.status, headers, body });
}
