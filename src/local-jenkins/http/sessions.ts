import { randomBytes } from 'node:crypto';
import { sha256 } from '../../platform/digest.ts';

export interface Session {
  readonly id: string;
  /** Set by a sign-in through the form only; a session of a Basic call belongs to nobody. */
  readonly userId: string | undefined;
  usedAt: number;
}

const IDLE_MS = 30 * 60_000;
const MAX_SESSIONS = 2000;

/** Web sessions and their crumbs; all of them end with the process, as in Jenkins. */
export class Sessions {
  /** The name of the cookie changes at each start. */
  readonly cookieName = `JSESSIONID.${randomBytes(4).toString('hex')}`;
  readonly #salt = randomBytes(32).toString('hex');
  readonly #sessions = new Map<string, Session>();

  create(userId?: string): Session {
    const oldest = this.#sessions.keys().next().value;
    if (this.#sessions.size >= MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    const session: Session = {
      id: `node0${randomBytes(16).toString('hex')}.node0`,
      userId,
      usedAt: Date.now(),
    };
    this.#sessions.set(session.id, session);
    return session;
  }

  find(cookieHeader: string | undefined): Session | undefined {
    const ids = (cookieHeader ?? '').split(';').flatMap((pair) => {
      const [name, value] = pair.trim().split('=', 2);
      return name === this.cookieName && value !== undefined ? [value] : [];
    });
    const session = ids.map((id) => this.#sessions.get(id)).find((known) => known !== undefined);
    if (session === undefined) return undefined;
    if (Date.now() - session.usedAt > IDLE_MS) {
      this.#sessions.delete(session.id);
      return undefined;
    }
    session.usedAt = Date.now();
    return session;
  }

  end(session: Session): void {
    this.#sessions.delete(session.id);
  }

  /** A crumb is good for one session and one user only. */
  crumb(session: Session, userId: string): string {
    return sha256(`${userId};${session.id};${this.#salt}`).toString('hex');
  }
}
