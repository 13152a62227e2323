import { crumbOf } from '../http/authentication.ts';
import { pageHeaders, send, sessionCookie } from '../http/answers.ts';
import type { Exchange } from '../http/exchange.ts';
import { baseOf } from '../http/exchange.ts';
import type { Html } from '../http/html.ts';
import { html } from '../http/html.ts';

const STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 64rem; padding: 0 1rem 3rem; }
.notice { background: #7a3b00; color: #fff; margin: 0 -1rem; padding: .4rem 1rem; }
nav { display: flex; flex-wrap: wrap; gap: 1rem; padding: .8rem 0; border-bottom: 1px solid #8885; }
nav form { margin-left: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8883; vertical-align: top; }
label { display: block; margin: .8rem 0; }
label input, label select { display: block; width: 100%; max-width: 32rem; font: inherit; padding: .3rem; }
pre { background: #8881; padding: 1rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
button { font: inherit; padding: .3rem 1rem; }
.actions { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1rem 0; }
.SUCCESS { color: #1a7f37; } .FAILURE { color: #c0241c; } .ABORTED { color: #777; }
`;

/** Marks a form of these pages, see isOwnForm. */
export const OWN_FORM = html`<input type="hidden" name="ark_form" value="1" />`;

export interface Page {
  readonly title: string;
  readonly body: Html;
  readonly status?: number;
  /** A script of this server, relative to its root. */
  readonly script?: string;
}

/** Sends a page. Each one says on top that this is not Jenkins; all links are relative, so any prefix works. */
export function sendPage(exchange: Exchange, page: Page): void {
  const base = baseOf(exchange);
  const cookie = sessionCookie(exchange);
  const script =
    page.script === undefined ? undefined : html`<script src="${base}${page.script}" defer></script>`;
  const text = html`<!DOCTYPE html>
    <html lang="es">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${page.title} · Jenkins local de Ark</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${base}_ark/style.css" />
        ${script}
      </head>
      <body>
        <p class="notice" role="note">
          Esto no es Jenkins: es el sustituto local de Ark Deploy, para portátiles y pruebas.
          <span lang="en">This is not Jenkins but Ark's local stand-in.</span>
        </p>
        ${navigation(exchange, base)}
        <main>
          <h1>${page.title}</h1>
          ${page.body}
        </main>
      </body>
    </html> `.text;
  const policy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'";
  const headers = { ...pageHeaders(exchange), ...cookie, 'Content-Security-Policy': policy };
  send(exchange, { status: page.status ?? 200, headers, body: text });
}

/** The hidden fields that every form needs. */
export function crumbField(exchange: Exchange): Html {
  sessionCookieFor(exchange);
  const crumb = crumbOf(exchange, exchange.user);
  return html`${OWN_FORM}<input type="hidden" name="Jenkins-Crumb" value="${crumb}" />`;
}

/** A session must exist before its crumb; the cookie goes out with the page. */
function sessionCookieFor(exchange: Exchange): void {
  const cookie = sessionCookie(exchange)['Set-Cookie'];
  if (cookie !== undefined) exchange.response.setHeader('Set-Cookie', cookie);
}

function navigation(exchange: Exchange, base: string): Html {
  if (exchange.user === undefined) return html`<nav><a href="${base}login">Entrar</a></nav>`;
  return html`<nav>
    <a href="${base}">Trabajos</a>
    <span>${exchange.user.id}</span>
    <form method="post" action="${base}logout">${crumbField(exchange)}<button>Salir</button></form>
  </nav>`;
}

export const STYLE_SHEET = STYLE;

/** Follows the console of a running build through progressiveText, as Jenkins' own page does. */
export const CONSOLE_SCRIPT = `
const output = document.getElementById('console');
let start = Number(output.dataset.start);
async function follow() {
  const answer = await fetch('logText/progressiveText?start=' + start, { cache: 'no-store' });
  if (!answer.ok) throw new Error(String(answer.status));
  output.append((await answer.text()).replaceAll('\\r\\n', '\\n'));
  start = Number(answer.headers.get('x-text-size'));
  if (answer.headers.get('x-more-data') === 'true') setTimeout(loop, 1000);
  else document.getElementById('state').textContent = 'terminado';
}
function loop() { follow().catch(() => setTimeout(loop, 3000)); }
if (output.dataset.more === 'true') loop();
`;
