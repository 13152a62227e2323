import { randomBytes } from 'node:crypto';
import { sha256 } from '../platform/digest.ts';
import type { Role } from './rights.ts';

export interface Session {
  readonly user: string;
  readonly role: Role;
  /** Epoch milliseconds. */
  readonly created_at: number;
}

/** Keeps sessions and sign-in codes under the SHA-256 of their token: who reads the store cannot use them. */
export interface SessionStore {
  put(hash: string, session: Session, ttlMs: number): Promise<void>;
  /** The session, its time to live renewed, to a minute or a tenth; undefined when there is none. */
  touch(hash: string, ttlMs: number): Promise<Session | undefined>;
  remove(hash: string): Promise<void>;
  putSignIn(hash: string, session: Session, ttlMs: number): Promise<void>;
  /** The session that the code stands for, exactly once: a second call finds nothing. */
  takeSignIn(hash: string): Promise<Session | undefined>;
}

export interface SessionsOptions {
  readonly store: SessionStore;
  /** Public address of the pages. */
  readonly pagesUrl: string;
  /** How long a session lasts without being used. */
  readonly sessionMs: number;
  readonly signInMs: number;
  readonly clock: () => number;
}

/** However much it is used, a session ends after a week: a stolen one does not last for ever. */
export const LONGEST_SESSION_MS = 7 * 24 * 3_600_000;

/** Who is signed in: one-use links lead to sessions, sessions end by sign-out, when unused, and after a week. */
export class Sessions {
  readonly #options: SessionsOptions;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** A link that signs this user in once, within the time that ARK_SIGN_IN_S says. Show it to nobody else. */
  async createSignInLink({ user, role }: Pick<Session, 'user' | 'role'>): Promise<string> {
    const { store, pagesUrl, signInMs, clock } = this.#options;
    const code = newToken();
    await store.putSignIn(hashOf(code), { user, role, created_at: clock() }, signInMs);
    return `${pagesUrl}/sign-in?code=${code}`;
  }

  /** A new session and its token; undefined when the code was used, is over, or never existed. */
  async signIn(code: string): Promise<(Session & { readonly token: string }) | undefined> {
    const { store, sessionMs, clock } = this.#options;
    const granted = isToken(code) ? await store.takeSignIn(hashOf(code)) : undefined;
    if (granted === undefined) return undefined;
    const token = newToken();
    const session = { ...granted, created_at: clock() };
    await store.put(hashOf(token), session, sessionMs);
    return { ...session, token };
  }

  /** The session of a token, kept alive by this; undefined when there is none, or none any more. */
  async find(token: string): Promise<Session | undefined> {
    if (!isToken(token)) return undefined;
    const { store, sessionMs, clock } = this.#options;
    const session = await store.touch(hashOf(token), sessionMs);
    if (session === undefined || clock() < session.created_at + LONGEST_SESSION_MS) return session;
    await store.remove(hashOf(token));
    return undefined;
  }

  async signOut(token: string): Promise<void> {
    if (isToken(token)) await this.#options.store.remove(hashOf(token));
  }
}

export function hashOf(token: string): string {
  return sha256(token).toString('hex');
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

function isToken(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}
