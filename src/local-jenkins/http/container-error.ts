import type { Headers } from './answers.ts';
import { send } from './answers.ts';
import type { Exchange } from './exchange.ts';
import { escapeHtml } from './html.ts';

interface Row {
  readonly name: string;
  readonly value: string;
}

/**
 * Errors that Jetty renders itself: 400, 401, crumb 403. As HTML, JSON or text, by what the caller accepts;
 * without X-Jenkins.
 */
export function sendContainerError(
  exchange: Exchange,
  error: { status: number; message: string; headers?: Headers },
): void {
  const { status, message } = error;
  const uri = exchange.site.contextPath + exchange.path;
  const { type, body } = render(exchange.request.headers.accept ?? '*/*', { status, message, uri });
  const headers = {
    'Cache-Control': 'must-revalidate,no-cache,no-store',
    ...error.headers,
    'Content-Type': type,
  };
  send(exchange, { status, headers, body });
}

interface Fault {
  readonly status: number;
  readonly message: string;
  readonly uri: string;
}

function render(accept: string, { status, message, uri }: Fault): { type: string; body: string } {
  if (accept.startsWith('application/json')) {
    const body = JSON.stringify({ servlet: 'Stapler', message, url: uri, status: String(status) });
    return { type: 'application/json', body: `${body}\n` };
  }
  const rows = [
    { name: 'URI', value: uri },
    { name: 'STATUS', value: String(status) },
    { name: 'MESSAGE', value: message },
    { name: 'SERVLET', value: 'Stapler' },
  ];
  if (accept.startsWith('text/plain')) {
    const lines = rows.map(({ name, value }) => `${name}: ${value}`);
    const body = `${[`HTTP ERROR ${status} ${message}`, ...lines].join('\n')}\n`;
    return { type: 'text/plain;charset=iso-8859-1', body };
  }
  return { type: 'text/html;charset=iso-8859-1', body: renderHtml(`${status} ${message}`, rows) };
}

function renderHtml(text: string, rows: readonly Row[]): string {
  const title = escapeHtml(text);
  const table = rows.map(({ name, value }) => `<tr><th>${name}:</th><td>${escapeHtml(value)}</td></tr>`);
  return `<html>
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
}
