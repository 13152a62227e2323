import { withStore, type Redis } from '../platform/redis.ts';
import { ROLES, type Role } from './rights.ts';
import type { Session, SessionStore } from './sessions.ts';

const RENEWED_AFTER_MS = 60_000;

/** Sessions at `<prefix>session:<sha256>`, sign-in codes at `<prefix>sign_in:<sha256>`, as JSON that expires. */
export class RedisSessionStore implements SessionStore {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  async put(hash: string, session: Session, ttlMs: number): Promise<void> {
    await withStore('put session', () =>
      this.#redis.set(this.#sessionKey(hash), JSON.stringify(session), 'PX', ttlMs),
    );
  }

  async touch(hash: string, ttlMs: number): Promise<Session | undefined> {
    const key = this.#sessionKey(hash);
    const [text, leftMs] = await withStore('session', () =>
      Promise.all([this.#redis.get(key), this.#redis.pttl(key)]),
    );
    // Pages read every few seconds, and each renewal is a write that Redis puts on disk before it answers.
    const isDue = leftMs < ttlMs - Math.min(RENEWED_AFTER_MS, ttlMs / 10);
    if (text !== null && isDue) await withStore('renew session', () => this.#redis.pexpire(key, ttlMs));
    return parseSession(text);
  }

  async remove(hash: string): Promise<void> {
    await withStore('remove session', () => this.#redis.del(this.#sessionKey(hash)));
  }

  async putSignIn(hash: string, session: Session, ttlMs: number): Promise<void> {
    await withStore('put sign-in', () =>
      this.#redis.set(this.#signInKey(hash), JSON.stringify(session), 'PX', ttlMs),
    );
  }

  async takeSignIn(hash: string): Promise<Session | undefined> {
    return parseSession(await withStore('take sign-in', () => this.#redis.getdel(this.#signInKey(hash))));
  }

  #sessionKey(hash: string): string {
    return `${this.#prefix}session:${hash}`;
  }

  #signInKey(hash: string): string {
    return `${this.#prefix}sign_in:${hash}`;
  }
}

/** Undefined for none and for a record that is not a session: whoever meets it signs in again. */
function parseSession(text: string | null): Session | undefined {
  if (text === null) return undefined;
  const { user, role, created_at } = JSON.parse(text) as Partial<Record<keyof Session, unknown>>;
  if (typeof user !== 'string' || typeof created_at !== 'number' || !isRole(role)) return undefined;
  return { user, role, created_at };
}

function isRole(value: unknown): value is Role {
  return ROLES.some((role) => role === value);
}
