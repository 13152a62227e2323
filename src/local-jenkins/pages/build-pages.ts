import { readFileSync } from 'node:fs';
import type { BuildRecord } from '../model/build.ts';
import { describeCause, describeInterruption } from '../model/causes.ts';
import type { Exchange } from '../http/exchange.ts';
import { baseOf } from '../http/exchange.ts';
import type { Html } from '../http/html.ts';
import { html } from '../http/html.ts';
import { jobPath } from '../run/build-environment.ts';
import type { Job } from '../store/job-store.ts';
import { form } from './build-form.ts';
import { sendPage } from './page.ts';

/** A longer log is shown from its end; the whole is in consoleText. */
const SHOWN_BYTES = 512 * 1024;

/** One build: result, causes, parameters, what can be done with it. */
export function sendBuildPage(exchange: Exchange, job: Job, build: BuildRecord): void {
  const here = `${baseOf(exchange)}${jobPath(job.name)}${build.number}/`;
  const rows = build.parameters.map(
    ({ name, value }) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td>${String(value)}</td>
      </tr>`,
  );
  const artifacts = build.artifacts.map(
    (path) => html`<li><a href="${here}artifact/${encodePath(path)}">${path}</a></li>`,
  );
  const body = html`<p>
      ${stateOf(build)} · ${new Date(build.timestamp).toISOString()}
      ${build.building ? undefined : html`· ${build.duration} ms`}
    </p>
    <ul>
      ${build.causes.map((cause) => html`<li>${describeCause(cause)}</li>`)}
      ${build.interruptions.map((why) => html`<li>${describeInterruption(why)}</li>`)}
    </ul>
    <div class="actions">
      <a href="${here}console">Consola</a>
      <a href="${here}rebuild/parameterized">Rebuild</a>
      <a href="${here}replay/">Replay</a>
      ${build.building ? abortForms(exchange, here) : undefined}
    </div>
    <table>
      ${rows}
    </table>
    <ul>
      ${artifacts}
    </ul>`;
  sendPage(exchange, { title: `${job.name} #${build.number}`, body });
}

/** The log; while the build runs a script goes on reading it. */
export function sendConsolePage(exchange: Exchange, job: Job, build: BuildRecord): void {
  const here = `${baseOf(exchange)}${jobPath(job.name)}${build.number}/`;
  const log = readFileSync(exchange.site.server.builds.logOf(build));
  const shown = log.subarray(Math.max(0, log.length - SHOWN_BYTES)).toString('utf8');
  const body = html`<p>
      <a href="${here}">Volver al build</a> · <a href="${here}consoleText">Texto completo</a> ·
      <span id="state">${build.building ? 'en curso' : 'terminado'}</span>
    </p>
    <pre id="console" data-start="${log.length}" data-more="${String(build.building)}">${shown}</pre>`;
  sendPage(exchange, { title: `Consola de ${job.name} #${build.number}`, body, script: '_ark/console.js' });
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function abortForms(exchange: Exchange, here: string): Html[] {
  return [
    ['stop', 'Abortar'],
    ['term', 'Terminar (term)'],
    ['kill', 'Matar (kill)'],
  ].map(([verb = '', submit = '']) => form(exchange, { action: here + verb, submit, fields: [] }));
}

export function stateOf({ building, result }: BuildRecord): Html {
  const word = building ? 'en curso' : (result ?? '');
  return html`<strong class="${result ?? ''}"
    >${building && result !== null ? `${word} (${result})` : word}</strong
  >`;
}
