import { cookieOf, pageHeaders, send, sendRedirect, sessionCookie } from '../http/answers.ts';
import type { Exchange } from '../http/exchange.ts';
import { baseOf, field } from '../http/exchange.ts';
import { html } from '../http/html.ts';
import { OWN_FORM, sendPage } from './page.ts';

/** GET /login: readable by anybody, a cheap sign of life. */
export function sendSignInPage(exchange: Exchange, isAgain: boolean): void {
  const from = safePath(exchange.query.get('from'));
  const body = html`${isAgain ? html`<p class="FAILURE">Usuario o contraseña incorrectos.</p>` : undefined}
    <form method="post" action="${baseOf(exchange)}j_spring_security_check">
      ${OWN_FORM}
      <label>Usuario <input name="j_username" autocomplete="username" required autofocus /></label>
      <label
        >Contraseña <input name="j_password" type="password" autocomplete="current-password" required
      /></label>
      <input type="hidden" name="from" value="${from}" />
      <button name="Submit">Entrar</button>
    </form>`;
  sendPage(exchange, { title: 'Sign in - Jenkins', body, status: isAgain ? 401 : 200 });
}

/** POST /j_spring_security_check: no crumb needed; 302 to `from` or to /loginError (observed). */
export function signIn(exchange: Exchange): void {
  const { site, form } = exchange;
  const user = site.users.byPassword(form.get('j_username') ?? '', form.get('j_password') ?? '');
  if (user === undefined) {
    return sendRedirect(exchange, '/loginError', sessionCookie(exchange));
  }
  if (exchange.session !== undefined) site.sessions.end(exchange.session);
  // a new session: one that was handed out before the sign-in must not become a signed-in one
  const session = site.sessions.create(user.id);
  const from = safePath(field(exchange, 'from') ?? null);
  const path = from.startsWith(`${site.contextPath}/`) ? from.slice(site.contextPath.length) : '/';
  sendRedirect(exchange, path, { 'Set-Cookie': cookieOf(exchange, session.id) });
}

export function signOut(exchange: Exchange): void {
  if (exchange.session !== undefined) exchange.site.sessions.end(exchange.session);
  sendRedirect(exchange, '/login');
}

/** Only a path of this server, so that a sign-in leads nowhere else. */
function safePath(from: string | null): string {
  return from !== null && /^\/(?![/\\])[^\r\n]*$/.test(from) ? from : '/';
}

/** What Jenkins serves while it starts: every path, API included, and no X-Jenkins (observed). */
export function sendBootPage(exchange: Exchange): void {
  const { 'Content-Type': type = '', 'Cache-Control': cache = '' } = pageHeaders(exchange);
  const heading = '<h1 class="loading"><p class="jenkins-spinner">Jenkins is getting ready to work</h1>';
  const body = `<!DOCTYPE html><html lang="en"><head><title>Starting Jenkins</title></head><body>${heading}
<p class="restarting">Your browser will reload automatically. Ark local job server, not Jenkins.</body></html>
`;
  send(exchange, {
    status: 503,
    headers: { 'Content-Type': type, 'Cache-Control': cache, Expires: '0' },
    body,
  });
}
