import { join } from 'node:path';
import { loadScript, runScript, type Redis, type Script } from '../platform/redis.ts';
import { PUT_ROUTE_LUA } from '../routing/redis-route-store.ts';

const HERE = join(import.meta.dirname, 'lua');

const NAMES = [
  'create',
  'admit',
  'advance',
  'claim',
  'progress',
  'decide',
  'finish',
  'recover',
  'cancel',
  'force-fail',
  'withdraw-route',
  'set-route',
  'freeze',
  'hold',
] as const;
export type ScriptName = (typeof NAMES)[number];

export interface ScriptsOptions {
  readonly redis: Redis;
  /** Prefix of every key, with one hash tag: each script stays in one slot of any Redis. */
  readonly prefix: string;
  readonly clock: () => number;
  readonly portQuarantineMs: number;
}

const fileOf = (part: string): string => join(HERE, `${part}.lua`);

/** The atomic scripts of decision record 2: the only writers of phases, locks, ports and routes. */
export class Scripts {
  readonly #options: ScriptsOptions;
  readonly #scripts: Readonly<Record<ScriptName, Script>>;

  constructor(options: ScriptsOptions) {
    this.#options = options;
    const entries = NAMES.map((name) => [
      name,
      loadScript([PUT_ROUTE_LUA, ...['common', 'act', name, 'index'].map(fileOf)], name),
    ]);
    this.#scripts = Object.fromEntries(entries) as Record<ScriptName, Script>;
  }

  /** The script's answer: a word that says the outcome, then its values. Repeatable as each script says. */
  async run(
    name: ScriptName,
    args: Readonly<Record<string, unknown>>,
  ): Promise<readonly [string, ...string[]]> {
    const { redis, prefix, clock, portQuarantineMs } = this.#options;
    const now = clock();
    const json = JSON.stringify({
      now: String(now),
      quarantine_until: String(now + portQuarantineMs),
      ...args,
    });
    const answer = await runScript(redis, this.#scripts[name], { keys: [prefix], args: [json] });
    return answer as [string, ...string[]];
  }
}
