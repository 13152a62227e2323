import type { Exchange } from '../http/exchange.ts';
import { baseOf } from '../http/exchange.ts';
import { html } from '../http/html.ts';
import { describeCause } from '../model/causes.ts';
import { jobPath } from '../run/build-environment.ts';
import type { Job } from '../store/job-store.ts';
import { form } from './build-form.ts';
import { stateOf } from './build-pages.ts';
import { sendPage } from './page.ts';

const NEWEST = 50;

/** The start page: every job with its last build. */
export function sendJobsPage(exchange: Exchange): void {
  const { server } = exchange.site;
  const base = baseOf(exchange);
  const rows = server.jobs.all().map((job) => {
    const last = server.builds.builds(job.name).at(-1);
    const state = last === undefined ? html`—` : html`#${last.number} ${stateOf(last)}`;
    return html`<tr>
      <td><a href="${base}${jobPath(job.name)}">${job.name}</a></td>
      <td>${state}</td>
      <td>${job.fault?.message ?? ''}</td>
    </tr>`;
  });
  const head = html`<tr>
    <th>Trabajo</th>
    <th>Último build</th>
    <th>Jenkinsfile</th>
  </tr>`;
  sendPage(exchange, {
    title: 'Trabajos',
    body: html`<table>
      ${head}${rows}
    </table>`,
  });
}

/** One job: how to start it, what waits, its newest builds. */
export function sendJobPage(exchange: Exchange, job: Job): void {
  const { server } = exchange.site;
  const here = `${baseOf(exchange)}${jobPath(job.name)}`;
  const start =
    job.parameters.length > 0
      ? html`<a href="${here}build?delay=0sec">Ejecutar con parámetros (Build with Parameters)</a>`
      : form(exchange, { action: `${here}build?delay=0sec`, submit: 'Ejecutar', fields: [] });
  const waiting = server.queue.waiting().filter((item) => item.job === job.name);
  const builds = [...server.builds.builds(job.name)].reverse().slice(0, NEWEST);
  const rows = builds.map((build) => {
    const causes = build.causes.map(describeCause).join(' · ');
    return html`<tr>
      <td><a href="${here}${build.number}/">#${build.number}</a></td>
      <td>${stateOf(build)}</td>
      <td>${causes}</td>
      <td>${new Date(build.timestamp).toISOString()}</td>
    </tr>`;
  });
  const body = html`${job.fault === undefined ? undefined : html`<p class="FAILURE">${job.fault.message}</p>`}
    <div class="actions">${start}</div>
    <p>${waiting.map((item) => html`<span>En cola: ${item.id} (${item.state.kind}) </span>`)}</p>
    <table>
      <tr>
        <th>Build</th>
        <th>Estado</th>
        <th>Causa</th>
        <th>Inicio</th>
      </tr>
      ${rows}
    </table>`;
  sendPage(exchange, { title: job.name, body });
}
