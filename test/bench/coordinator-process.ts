import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type CoordinatorConfig } from '../../src/config/config.ts';
import { pollUntil } from '../../src/platform/polling.ts';
import { freePort, startRedis } from '../testbed/redis.ts';

export const TOKEN = 'bench-admin-token-0123456789';
export const KEY = Buffer.alloc(32, 1);
export const USER = 'ark';

/** A coordinator as production runs it, in a process of its own, on a Redis of its own. */
export interface CoordinatorProcess {
  readonly port: number;
  readonly pid: number;
  readonly close: () => Promise<void>;
}

export interface Prepared {
  readonly config: CoordinatorConfig;
  /** Once the store is filled: what was stored before is then found like after a restart. */
  readonly start: () => Promise<CoordinatorProcess>;
  readonly close: () => Promise<void>;
}

/** A Redis with the settings of production, and what a coordinator on it is told. */
export async function prepare(jenkinsUrl: string): Promise<Prepared> {
  const redis = await startRedis();
  const stateDir = mkdtempSync(join(tmpdir(), 'ark-bench-'));
  const env = {
    ...{ ARK_STATE_DIR: stateDir, ARK_REDIS_URL: redis.url, ARK_API_PORT: String(await freePort()) },
    ...{ ARK_ADMIN_TOKEN: TOKEN, ARK_SECRET: KEY.toString('base64') },
    ...{ ARK_CALLBACK_KEYS: `whsec_${KEY.toString('base64')}` },
    ...{ ARK_JENKINS_URL: jenkinsUrl, ARK_JENKINS_USER: USER, ARK_JENKINS_TOKEN: 'token' },
  };
  const config = loadConfig(env);
  if (config.role !== 'coordinator') throw new Error('this is no coordinator');
  return {
    config,
    start: async () => launch(env, join(stateDir, 'log')),
    close: async () => {
      await redis.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

async function launch(
  env: NodeJS.ProcessEnv & { readonly ARK_API_PORT: string },
  logPath: string,
): Promise<CoordinatorProcess> {
  const log = openSync(logPath, 'w');
  const child = spawn(process.execPath, ['--enable-source-maps', 'src/main.ts'], {
    cwd: join(import.meta.dirname, '../..'),
    env: { PATH: process.env['PATH'], NODE_OPTIONS: process.env['NODE_OPTIONS'], ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const text = (): string => readFileSync(logPath, 'utf8');
  const isUp = async (): Promise<true | undefined> => {
    if (child.exitCode !== null) throw new Error(`The coordinator does not start:\n${text()}`);
    return Promise.resolve(text().includes('"message":"started"') || undefined);
  };
  await pollUntil(isUp, { everyMs: 20, timeoutMs: 20_000, signal: AbortSignal.timeout(30_000) });
  return {
    port: Number(env.ARK_API_PORT),
    pid: child.pid ?? 0,
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

const TICK_MS = 10; // USER_HZ is 100 on every Linux that we know

/** User and system time that a process has taken so far. */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  // the name in parentheses may hold blanks
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
