import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config/config.ts';
import { startCoordinator } from './coordinator.ts';
import { requestFields } from './http/request-context.ts';
import { Lifecycle } from './platform/lifecycle.ts';
import { createLogger } from './platform/logger.ts';
import { createMetrics } from './platform/metrics.ts';
import type { ProcessBase } from './process-base.ts';
import { startProxy } from './proxy.ts';

export interface App {
  readonly port: number;
  /** Ends everything within the configured time; returns the names of what did not end. */
  stop(): Promise<string[]>;
}

/** Starts this process in its role. Throws when something that it needs at start is not there. */
export async function startApp(config: Config): Promise<App> {
  const log = createLogger({ ...config.log, service: config.role, context: requestFields });
  const base: ProcessBase = {
    log,
    metrics: createMetrics(),
    lifecycle: new Lifecycle(),
    version: readVersion(),
  };
  for (const name of config.unknownVariables) log.warn('unknown variable', { variable: name });
  try {
    const port = await (config.role === 'coordinator'
      ? startCoordinator(config, base)
      : startProxy(config, base));
    log.info('started', { pid: process.pid, port });
    return { port, stop: () => base.lifecycle.close(config.stopMs) };
  } catch (error) {
    await base.lifecycle.close(config.stopMs);
    throw error;
  }
}

function readVersion(): string {
  const text = readFileSync(join(import.meta.dirname, '../package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
