import type { Router } from 'express';
import Joi from 'joi';
import type { Metrics } from '../platform/metrics.ts';
import { text } from './answer-schemas.ts';
import { call, routerOf } from './call.ts';

export interface Dependency {
  readonly name: string;
  /** Resolves when all is well; throws, or returns what is wrong in words that anybody may read. */
  check(signal: AbortSignal): Promise<string | undefined>;
}

export interface HealthOptions {
  readonly version: string;
  readonly dependencies: readonly Dependency[];
  readonly metrics: Metrics;
  /** Aborted once the process is being stopped: it is no longer ready. */
  readonly stopping: AbortSignal;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

interface DependencyState {
  readonly ok: boolean;
  readonly detail?: string;
}

const CHECK_TIMEOUT_MS = 2_000;
const FRESH_MS = 2_000;

const readiness = Joi.object({
  status: Joi.string().valid('ready', 'not_ready', 'stopping').required(),
  dependencies: Joi.object()
    .pattern(/^/, Joi.object({ ok: Joi.boolean().required(), detail: text }))
    .required(),
});

type States = Readonly<Record<string, DependencyState>>;

/** For whoever watches this process: alive, ready (each dependency by name), version, metrics. */
export function createHealthApi({ version, dependencies, metrics, stopping, clock }: HealthOptions): Router {
  const statesNow = shared(async () => statesOf(dependencies), clock);
  const anybody = { method: 'get', right: 'anybody' } as const;
  return routerOf([
    call({
      ...{ ...anybody, path: '/livez' },
      summary: 'Is the process alive?',
      answers: { 200: { description: 'It is', schema: Joi.object({ status: text.required() }) } },
      handle: ({ response }) => {
        response.set('cache-control', 'no-store').json({ status: 'alive' });
      },
    }),
    call({
      ...{ ...anybody, path: '/readyz' },
      summary: 'Is everything there that the coordinator needs?',
      answers: {
        200: { description: 'All of it', schema: readiness },
        503: { description: 'Not all of it, or it is stopping', schema: readiness },
      },
      handle: async ({ response }) => {
        const states = await statesNow();
        const isReady = !stopping.aborted && Object.values(states).every(({ ok }) => ok);
        const status = stopping.aborted ? 'stopping' : isReady ? 'ready' : 'not_ready';
        response
          .status(isReady ? 200 : 503)
          .set('cache-control', 'no-store')
          .json({ status, dependencies: states });
      },
    }),
    call({
      ...{ ...anybody, path: '/version' },
      summary: 'Which version runs here?',
      answers: {
        200: {
          description: 'Name and version',
          schema: Joi.object({ name: text.required(), version: text.required() }),
        },
      },
      handle: ({ response }) => {
        response.json({ name: 'ark-deploy', version });
      },
    }),
    call({
      ...{ method: 'get', path: '/metrics', right: 'metrics:read' },
      summary: 'Read the metrics, for Prometheus',
      answers: { 200: { description: 'The metrics', type: 'text/plain' } },
      handle: async ({ response }) => {
        const { contentType, text } = await metrics.expose();
        response.set({ 'content-type': contentType, 'cache-control': 'no-store' }).end(text);
      },
    }),
  ]);
}

/** Nobody needs a right to ask for readiness, so asking must cost nothing: one answer serves all for two seconds. */
function shared<T>(ask: () => Promise<T>, clock: () => number): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let freshUntil = 0;
  return async () => {
    if (answer === undefined || clock() >= freshUntil) {
      answer = ask();
      freshUntil = clock() + FRESH_MS;
    }
    return answer;
  };
}

/** What each of them says now; one that gives no answer in time is not ok. */
export async function statesOf(dependencies: readonly Dependency[]): Promise<States> {
  const states = dependencies.map(async (one) => [one.name, await stateOf(one)] as const);
  return Object.fromEntries(await Promise.all(states));
}

async function stateOf(dependency: Dependency): Promise<DependencyState> {
  const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS);
  const late = new Promise<string>((resolve) => {
    signal.addEventListener('abort', () => resolve('no answer in time'), { once: true });
  });
  try {
    const detail = await Promise.race([dependency.check(signal), late]);
    return detail === undefined ? { ok: true } : { ok: false, detail };
  } catch {
    return { ok: false, detail: 'does not answer' };
  }
}
