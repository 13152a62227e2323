import { join } from 'node:path';
import { loadScript, runScript, withStore, type Redis } from '../../platform/redis.ts';
import type { DeploymentId } from '../deployment.ts';
import type { LogHead, LogRange, LogStore, LogTailState, LogWrite } from './log-store.ts';

const LUA = join(import.meta.dirname, 'lua');
const WRITE_LOG = loadScript([join(LUA, 'logs.lua'), join(LUA, 'write-log.lua')]);
const FORGET_LOGS = loadScript([join(LUA, 'logs.lua'), join(LUA, 'forget-logs.lua')]);

export const LOG_LIMIT_BYTES = 2 * 1_024 * 1_024;
/** Cut only when so much more has come: each cut copies the whole text. */
const SLACK_BYTES = 256 * 1_024;
const KEPT_MS = 30 * 86_400_000;
/** How long a replaced text can be read to its end by those who began. */
const LINGER_MS = 120_000;

export interface RedisLogStoreOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly clock: () => number;
  /** All logs together. */
  readonly budgetBytes: number;
  readonly limitBytes?: number;
}

/** LogStore on Redis: a hash and a string for each log; one script writes them. */
export class RedisLogStore implements LogStore {
  readonly #options: RedisLogStoreOptions;

  constructor(options: RedisLogStoreOptions) {
    this.#options = options;
  }

  async head(id: DeploymentId): Promise<LogHead | undefined> {
    const { redis } = this.#options;
    const names = ['generation', 'build', 'from', 'to', 'complete', 'tail'] as const;
    const [generation, build, from, to, complete, tail] = await withStore('log head', () =>
      redis.hmget(this.#key(`log:${id}`), ...names),
    );
    if (!generation) return undefined;
    return {
      generation: Number(generation),
      build: build ?? '',
      from: Number(from),
      to: Number(to),
      complete: complete === '1',
      tail: JSON.parse(tail ?? '{}') as LogTailState,
    };
  }

  async write({ id, known, text, anew = false, ...rest }: LogWrite): Promise<LogHead | undefined> {
    const { redis, prefix, limitBytes = LOG_LIMIT_BYTES } = this.#options;
    const { build, tail, complete, orderedAt } = rest;
    const args = {
      ...{ id, build, complete, anew, generation: known?.generation ?? 0, to: known?.to ?? 0 },
      ...{ tail: JSON.stringify(tail), ordered_at: String(orderedAt) },
      ...{ limit: limitBytes, slack: Math.min(SLACK_BYTES, limitBytes), linger_ms: String(LINGER_MS) },
      ...this.#bounds(),
    };
    const answer = await runScript(redis, WRITE_LOG, { keys: [prefix], args: [JSON.stringify(args), text] });
    const [word, generation, from, to] = answer as readonly string[];
    if (word !== 'written') return undefined;
    return {
      ...{ generation: Number(generation), from: Number(from), to: Number(to) },
      ...{ build, complete, tail },
    };
  }

  async read(id: DeploymentId, { generation, from, to }: LogRange): Promise<Buffer | undefined> {
    const { redis } = this.#options;
    const first = await this.#beginning(id, generation);
    if (first === undefined || from < first) return undefined;
    const text = await withStore('log text', () =>
      redis.getrangeBuffer(this.#key(`log:${id}:${String(generation)}`), from - first, to - first - 1),
    );
    // Cut between the two: these are other bytes.
    if ((await this.#beginning(id, generation)) !== first) return undefined;
    return text.length === to - from ? text : undefined;
  }

  /** Where the kept text of a generation begins, a replaced one's as long as it lies there. */
  async #beginning(id: DeploymentId, generation: number): Promise<number | undefined> {
    const head = await this.head(id);
    if (head?.generation === generation) return head.from;
    const key = this.#key(`log:${id}:${String(generation)}:from`);
    const from = await withStore('log text', () => this.#options.redis.get(key));
    return from === null ? undefined : Number(from);
  }

  async makeRoom(): Promise<void> {
    const { redis, prefix } = this.#options;
    await runScript(redis, FORGET_LOGS, { keys: [prefix], args: [JSON.stringify(this.#bounds())] });
  }

  async due(limit: number): Promise<readonly DeploymentId[]> {
    const { redis } = this.#options;
    return (await withStore('logs due', () =>
      redis.zrange(this.#key('logs:due'), '0', String(limit - 1)),
    )) as DeploymentId[];
  }

  async settle(id: DeploymentId): Promise<void> {
    const { redis } = this.#options;
    await withStore('log settled', () => redis.zrem(this.#key('logs:due'), id));
  }

  #bounds(): { readonly forget_before: string; readonly budget: number } {
    const { clock, budgetBytes } = this.#options;
    return { forget_before: String(clock() - KEPT_MS), budget: budgetBytes };
  }

  #key(name: string): string {
    return this.#options.prefix + name;
  }
}
