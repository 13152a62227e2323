import type { ParameterDefinition } from '../jenkinsfile/pipeline.ts';
import type { BuildRecord } from '../model/build.ts';
import { defaultOf } from '../model/parameters.ts';
import type { Exchange } from '../http/exchange.ts';
import { baseOf } from '../http/exchange.ts';
import type { Html } from '../http/html.ts';
import { html } from '../http/html.ts';
import { jobPath } from '../run/build-environment.ts';
import type { Job } from '../store/job-store.ts';
import { crumbField, sendPage } from './page.ts';

/** Build with Parameters: posts name/value pairs like Jenkins' own form, so that it works without scripts. */
export function sendBuildForm(exchange: Exchange, job: Job, status = 200): void {
  const action = `${baseOf(exchange)}${jobPath(job.name)}build?delay=0sec`;
  const body = form(exchange, {
    action,
    submit: 'Ejecutar',
    fields: job.parameters.map((d) => parameterField(d)),
  });
  sendPage(exchange, { title: `Ejecutar ${job.name} con parámetros`, body, status });
}

/** Rebuild: the same form, filled with the values of the build that is repeated. */
export function sendRebuildForm(exchange: Exchange, job: Job, build: BuildRecord): void {
  const action = `${baseOf(exchange)}${jobPath(job.name)}${build.number}/rebuild/configSubmit`;
  const fields = job.parameters.map((definition) => {
    const value = build.parameters.find(({ name }) => name === definition.name)?.value;
    return parameterField(definition, value);
  });
  const body = form(exchange, { action, submit: 'Repetir (Rebuild)', fields });
  sendPage(exchange, { title: `Rebuild ${job.name} #${build.number}`, body });
}

/** Replay: the script of that build as it was, not editable here. */
export function sendReplayPage(exchange: Exchange, job: Job, build: BuildRecord): void {
  const action = `${baseOf(exchange)}${jobPath(job.name)}${build.number}/replay/rebuild`;
  const script = exchange.site.server.builds.jenkinsfileOf(build);
  const body = html`${form(exchange, { action, submit: 'Repetir (Replay)', fields: [] })}
    <pre>${script}</pre>`;
  sendPage(exchange, { title: `Replay ${job.name} #${build.number}`, body });
}

interface Form {
  readonly action: string;
  readonly submit: string;
  readonly fields: readonly Html[];
}

export function form(exchange: Exchange, { action, submit, fields }: Form): Html {
  return html`<form method="post" action="${action}">
    ${crumbField(exchange)}
    <input type="hidden" name="statusCode" value="303" /><input type="hidden" name="redirectTo" value="." />
    ${fields}
    <button>${submit}</button>
  </form>`;
}

function parameterField(definition: ParameterDefinition, value = defaultOf(definition)): Html {
  const { name, description } = definition;
  return html`<label
    >${name} <small>${description}</small>
    <input type="hidden" name="name" value="${name}" />${control(definition, String(value))}</label
  >`;
}

function control(definition: ParameterDefinition, value: string): Html {
  if (definition.kind === 'string') return html`<input name="value" value="${value}" autocomplete="off" />`;
  // a list instead of a checkbox: an empty checkbox sends nothing, and the pairs would no longer match
  const choices = definition.kind === 'boolean' ? ['true', 'false'] : definition.choices;
  const options = choices.map((choice) =>
    choice === value ? html`<option selected>${choice}</option>` : html`<option>${choice}</option>`,
  );
  return html`<select name="value">
    ${options}
  </select>`;
}
