import type { Router } from 'express';
import type { EventStreamOptions } from '../../http/event-stream.ts';
import type { StreamSlots } from '../../http/stream-slots.ts';
import type { Lifecycle } from '../../platform/lifecycle.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Redis } from '../../platform/redis.ts';
import type { Secret } from '../../platform/secret.ts';
import type { BuildServer } from '../build-server.ts';
import type { DeploymentStore } from '../deployment-store.ts';
import { LogKeeper } from './log-keeper.ts';
import { LogUpdater } from './log-updater.ts';
import { createLogsApi } from './logs-api.ts';
import { LOG_LIMIT_BYTES, RedisLogStore } from './redis-log-store.ts';
import { logSecrets } from './log-secrets.ts';

export interface LogsOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly store: DeploymentStore;
  readonly builds: BuildServer;
  /** ARK_SECRET: leases are derived from it. */
  readonly secret: Secret;
  /** What else must not be read in any log. */
  readonly secrets: readonly Secret[];
  /** All logs together. */
  readonly budgetBytes: number;
  readonly slots: StreamSlots;
  readonly stream: EventStreamOptions;
  readonly log: Logger;
  readonly clock: () => number;
}

export interface Logs {
  readonly keeper: LogKeeper;
  readonly api: Router;
}

/** Puts the logs together: a keeper fills the store from Jenkins, the API shows what is stored. */
export function createLogs(options: LogsOptions, lifecycle: Lifecycle): Logs {
  const logs = new RedisLogStore(options);
  const secretsOf = logSecrets(options);
  const updater = new LogUpdater({ ...options, logs, secretsOf, limitBytes: LOG_LIMIT_BYTES });
  const keeper = lifecycle.add('logs', new LogKeeper({ ...options, logs, updater }));
  return { keeper, api: createLogsApi({ ...options, logs, keeper }) };
}
