import { withStore, type Redis } from './redis.ts';

const OLDEST_MAJOR = 7;

/** With other settings a write that was answered can be lost: a route would go back to a release that is gone. */
const NEEDED_SETTINGS = {
  appendonly: 'yes',
  appendfsync: 'always',
  'maxmemory-policy': 'noeviction',
} as const;

/** What is wrong with this Redis for us, one sentence each; empty when nothing is. Throws `store_unavailable`. */
export async function unmetRequirements(redis: Pick<Redis, 'info' | 'config'>): Promise<readonly string[]> {
  const version = /^redis_version:(\S+)/m.exec(await withStore('info', () => redis.info('server')))?.[1];
  if (Number.parseInt(version ?? '', 10) < OLDEST_MAJOR) {
    return [`Redis has version ${version ?? 'unknown'}; Ark Deploy needs ${String(OLDEST_MAJOR)} or newer`];
  }
  const found = await settingsOf(redis);
  return Object.entries(NEEDED_SETTINGS)
    .filter(([name, needed]) => found.get(name) !== needed)
    .map(([name, needed]) => {
      const has = found.get(name) ?? 'that it does not tell';
      return `Redis has ${name} ${has}; Ark Deploy needs ${name} ${needed}`;
    });
}

/** Empty when this account may not ask, or a hosted Redis has no such command: then nothing is known. */
async function settingsOf(redis: Pick<Redis, 'config'>): Promise<ReadonlyMap<string, string>> {
  const answer = await withStore('config get', () =>
    redis.config('GET', ...Object.keys(NEEDED_SETTINGS)).catch(nothingIfRefused),
  );
  const words = (answer as unknown[]).map(String);
  return new Map(words.flatMap((word, at) => (at % 2 === 0 ? [[word, words[at + 1] ?? ''] as const] : [])));
}

function nothingIfRefused(error: unknown): readonly [] {
  if (error instanceof Error && /^(?:NOPERM|ERR unknown)/.test(error.message)) return [];
  throw error;
}
