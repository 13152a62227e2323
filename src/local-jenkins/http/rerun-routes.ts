import type { BuildRecord } from '../model/build.ts';
import type { Cause } from '../model/causes.ts';
import { BadParameterError, valuesFromList } from '../model/parameters.ts';
import { sendRebuildForm, sendReplayPage } from '../pages/build-form.ts';
import { jobPath } from '../run/build-environment.ts';
import type { Job } from '../store/job-store.ts';
import { sendRedirect } from './answers.ts';
import { sendContainerError } from './container-error.ts';
import { sendDenied, sendMethodNotAllowed, sendNotFound, sendOops } from './error-pages.ts';
import type { Exchange } from './exchange.ts';
import { may, userId } from './exchange.ts';
import { submittedValues } from './trigger.ts';

interface Rerun {
  readonly job: Job;
  readonly build: BuildRecord;
}

/** The Rebuild plugin: POST rebuild/ → 302 → form → POST configSubmit → 302 (observed). */
export function routeRebuild(exchange: Exchange, { job, build }: Rerun, path: string): void {
  const isPost = exchange.method === 'POST';
  if (!may(exchange, 'build')) return sendDenied(exchange, 'build');
  if (path === 'parameterized') return sendRebuildForm(exchange, job, build);
  if (path !== '' && path !== 'configSubmit') return sendNotFound(exchange);
  if (!isPost) return sendMethodNotAllowed(exchange);
  if (path === 'configSubmit') return rebuild(exchange, { job, build });
  if (job.parameters.length > 0) {
    return sendRedirect(exchange, `/${jobPath(job.name)}${build.number}/rebuild/parameterized`);
  }
  rebuild(exchange, { job, build });
}

/** Values that the form leaves out are those of the build that is repeated. */
function rebuild(exchange: Exchange, { job, build }: Rerun): void {
  const form = job.parameters.length > 0 ? submittedValues(exchange) : [];
  if (form === undefined)
    return sendContainerError(exchange, { status: 400, message: 'This page expects a form submission' });
  try {
    const given = valuesFromList(job.parameters, form);
    const kept = build.parameters.filter(({ name }) => given.every((value) => value.name !== name));
    const others = build.causes.filter((cause) => cause.kind !== 'user' && cause.kind !== 'rebuild');
    order(exchange, job, {
      parameters: [...given, ...kept],
      causes: [...others, byCaller(exchange), { kind: 'rebuild', build: build.number, job: job.name }],
      delayMs: 0,
    });
  } catch (error) {
    if (!(error instanceof BadParameterError)) throw error;
    sendOops(exchange, 500);
  }
}

/** Replay of the Pipeline plugins: the same script and values again; the script cannot be edited here. */
export function routeReplay(exchange: Exchange, { job, build }: Rerun, path: string): void {
  if (!may(exchange, 'build')) return sendDenied(exchange, 'build');
  if (path === '') return sendReplayPage(exchange, job, build);
  if (path !== 'run' && path !== 'rebuild') return sendNotFound(exchange);
  if (exchange.method !== 'POST') return sendMethodNotAllowed(exchange);
  order(exchange, job, {
    parameters: build.parameters,
    causes: [byCaller(exchange), { kind: 'replay', build: build.number }],
    delayMs: 0,
    isUnique: true,
    jenkinsfile: exchange.site.server.builds.jenkinsfileOf(build),
  });
}

function byCaller(exchange: Exchange): Cause {
  return { kind: 'user', user_id: userId(exchange) };
}

function order(
  exchange: Exchange,
  job: Job,
  order: Omit<Parameters<Exchange['site']['server']['order']>[0], 'job'>,
): void {
  exchange.site.server.order({ job: job.name, ...order });
  sendRedirect(exchange, `/${jobPath(job.name)}`);
}
