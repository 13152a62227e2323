import { Router } from 'express';
import type { Metrics } from '../platform/metrics.ts';
import { requireRight } from './authentication.ts';

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
}

interface DependencyState {
  readonly ok: boolean;
  readonly detail?: string;
}

const CHECK_TIMEOUT_MS = 2_000;

/** For whoever watches this process: alive, ready (each dependency by name), version, metrics. */
export function createHealthApi({ version, dependencies, metrics, stopping }: HealthOptions): Router {
  const router = Router();

  router.get('/livez', (_request, response) => {
    response.set('cache-control', 'no-store').json({ status: 'alive' });
  });

  router.get('/readyz', async (_request, response) => {
    const states = await Promise.all(
      dependencies.map(async (one) => [one.name, await stateOf(one)] as const),
    );
    const isReady = !stopping.aborted && states.every(([, { ok }]) => ok);
    const status = stopping.aborted ? 'stopping' : isReady ? 'ready' : 'not_ready';
    response
      .status(isReady ? 200 : 503)
      .set('cache-control', 'no-store')
      .json({ status, dependencies: Object.fromEntries(states) });
  });

  router.get('/version', (_request, response) => {
    response.json({ name: 'ark-deploy', version });
  });

  router.get('/metrics', requireRight('metrics:read'), async (_request, response) => {
    const { contentType, text } = await metrics.expose();
    response.set({ 'content-type': contentType, 'cache-control': 'no-store' }).end(text);
  });

  return router;
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
