import type { Cause } from '../model/causes.ts';
import type { ParameterValue } from '../model/parameters.ts';
import { BadParameterError, valuesFromForm, valuesFromList } from '../model/parameters.ts';
import { jobPath } from '../run/build-environment.ts';
import type { Job } from '../store/job-store.ts';
import { sendLocation, sendRedirect } from './answers.ts';
import { sendContainerError } from './container-error.ts';
import { sendDenied, sendMethodNotAllowed, sendOops } from './error-pages.ts';
import type { Exchange } from './exchange.ts';
import { field, isOwnForm, may, userId } from './exchange.ts';
import { sendBuildForm } from '../pages/build-form.ts';

const MAX_FIELDS = 10_000;

/** POST …/buildWithParameters: permission, method, parameterised, values, queue, in Jenkins' order. */
export function buildWithParameters(exchange: Exchange, job: Job): void {
  if (!may(exchange, 'build')) return sendDenied(exchange, 'build');
  if (exchange.method !== 'POST') return sendMethodNotAllowed(exchange, { Allow: 'POST' });
  if (refuseByFault(exchange)) return;
  const fields = new URLSearchParams([...exchange.query, ...exchange.form]);
  if (job.parameters.length === 0 || fields.size > MAX_FIELDS) return sendOops(exchange, 500);
  const order = attempt(() => ({
    delayMs: readDelay(exchange),
    parameters: valuesFromForm(job.parameters, fields),
  }));
  if (order === undefined) return sendOops(exchange, 500);
  const { item, isNew } = place(exchange, job, order);
  answer(exchange, () => sendLocation(exchange, isNew ? 201 : 303, `/queue/item/${item.id}/`));
}

/** POST …/build: with a submitted form on a parameterised job, without one on any other. */
export function build(exchange: Exchange, job: Job): void {
  if (!may(exchange, 'build')) return sendDenied(exchange, 'build');
  const isParameterised = job.parameters.length > 0;
  if (exchange.method !== 'POST') {
    // Jenkins shows the form with this status (observed)
    return isParameterised
      ? sendBuildForm(exchange, job, 405)
      : sendMethodNotAllowed(exchange, { Allow: 'POST' });
  }
  if (refuseByFault(exchange)) return;
  const form = isParameterised ? submittedValues(exchange) : [];
  if (form === undefined) {
    const message = exchange.form.size === 0 ? 'Nothing is submitted' : 'This page expects a form submission';
    return sendContainerError(exchange, { status: 400, message: message });
  }
  const order = attempt(() => ({
    delayMs: readDelay(exchange),
    parameters: valuesFromList(job.parameters, form),
  }));
  if (order === undefined) return sendOops(exchange, 500);
  const { item, isNew } = place(exchange, job, order);
  answer(exchange, () => {
    if (!isParameterised) return sendLocation(exchange, 201, `/queue/item/${item.id}/`);
    answerForm(exchange, job, isNew);
  });
}

/** What a form POST gets: no queue id in any case (observed). */
function answerForm(exchange: Exchange, job: Job, isNew: boolean): void {
  const path = `/${jobPath(job.name)}`;
  if (!isNew || isOwnForm(exchange)) return sendRedirect(exchange, path);
  sendLocation(exchange, field(exchange, 'statusCode') === '303' ? 303 : 201, path);
}

/**
 * The values of a Jenkins form: its `json` field, else the plain name/value pairs of a browser without scripts.
 * Undefined when nothing of the kind was sent.
 */
export function submittedValues({ form }: Exchange): ParameterValue[] | undefined {
  const json = form.get('json');
  if (json !== null) return fromJson(json);
  const names = form.getAll('name');
  const values = form.getAll('value');
  if (names.length === 0 || names.length !== values.length) return undefined;
  return names.map((name, index) => ({ name, value: values[index] ?? '' }));
}

function fromJson(text: string): ParameterValue[] | undefined {
  const parsed = attempt(() => JSON.parse(text) as { parameter?: unknown } | null) ?? undefined;
  if (parsed === undefined) return undefined;
  const given = parsed.parameter ?? [];
  const list: unknown[] = Array.isArray(given) ? given : [given];

  return list.flatMap((entry) => {
    if (entry === null || typeof entry !== 'object' || !('name' in entry)) return [];
    const value = 'value' in entry ? entry.value : '';
    return [{ name: String(entry.name), value: typeof value === 'boolean' ? value : String(value) }];
  });
}

/** `delay`: a bare number is milliseconds cut to whole seconds, `5sec` is seconds; absent is the quiet period. */
function readDelay(exchange: Exchange): number {
  const text = field(exchange, 'delay');
  if (text === undefined) return exchange.site.quietPeriodMs;
  const found = /^\s*([0-9]{1,9})\s*(secs?)?\s*$/.exec(text);
  if (found === null) throw new BadParameterError(`Invalid delay: ${text}`);
  const number = Number(found[1]);
  return found[2] === undefined ? Math.floor(number / 1000) * 1000 : number * 1000;
}

function place(
  exchange: Exchange,
  job: Job,
  order: { delayMs: number; parameters: ParameterValue[] },
): ReturnType<Exchange['site']['server']['order']> {
  const cause: Cause = { kind: 'user', user_id: userId(exchange) };
  return exchange.site.server.order({ job: job.name, ...order, causes: [cause] });
}

function refuseByFault(exchange: Exchange): boolean {
  const status = exchange.site.faults.takeRefusal();
  if (status === undefined) return false;
  if (status === 500) sendOops(exchange, 500);
  else sendContainerError(exchange, { status: status, message: 'A fault was ordered' });
  return true;
}

/** Sends the answer, or loses it on the way if that fault is on. */
function answer(exchange: Exchange, reply: () => void): void {
  if (exchange.site.faults.takeLostAnswer()) exchange.request.socket.destroy();
  else reply();
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof BadParameterError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
