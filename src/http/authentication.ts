import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { isSame } from '../platform/digest.ts';
import { AppError, toAppError } from '../platform/errors.ts';
import type { Secret } from '../platform/secret.ts';
import { noteRequest } from './request-context.ts';
import { RIGHTS_OF, type Right, type Role } from './rights.ts';
import { hashOf, type Sessions } from './sessions.ts';

export const SESSION_COOKIE = 'ark_session';

/** Who makes a request. */
export interface Actor {
  readonly kind: 'token' | 'session';
  readonly user: string;
  readonly role: Role;
  readonly rights: ReadonlySet<Right>;
  /** Names the credential without giving it away: idempotency keys belong to it. */
  readonly credential: string;
}

export interface AuthenticationOptions {
  readonly adminToken: Secret;
  readonly sessions: Pick<Sessions, 'find'>;
  /** Public address of the pages: the one origin that may act with a cookie. */
  readonly pagesUrl: string;
}

/** Who makes a request, or why nobody knows: thrown where somebody must be known. */
const known = new WeakMap<IncomingMessage, Actor | Error>();

/**
 * Finds out who makes the request: a Bearer token, else the session cookie. Every request goes on: without credentials,
 * or with wrong ones (`unauthorized`), those of a foreign page (`origin_refused`) or while the store is away, it has no
 * actor, and `actorOf` says why. What is open to anybody stays open: the sign-in to a browser whose session is over.
 */
export function authenticate(options: AuthenticationOptions): RequestHandler {
  return async (request, _response, next) => {
    const actor = await identify(request, options).catch(toAppError);
    if (actor !== undefined) known.set(request, actor);
    if (actor !== undefined && !(actor instanceof Error)) noteRequest({ user: actor.user });
    next();
  };
}

async function identify(
  request: IncomingMessage,
  options: AuthenticationOptions,
): Promise<Actor | undefined> {
  const { authorization } = request.headers;
  if (authorization !== undefined) return byToken(authorization, options.adminToken);
  const token = sessionTokenOf(request);
  if (token === undefined) return undefined;
  refuseForeignPage(request, new URL(options.pagesUrl).origin);
  const session = await options.sessions.find(token);
  if (session === undefined) throw new AppError('unauthorized', 'The session is over: sign in again');
  const { user, role } = session;
  const credential = `session:${hashOf(token).slice(0, 16)}`;
  return { kind: 'session', user, role, rights: RIGHTS_OF[role], credential };
}

/** Only actors with this right go on: else `unauthorized` or `forbidden`. Every route names its right. */
export function requireRight(right: Right): RequestHandler {
  return (request, _response, next) => {
    if (!actorOf(request).rights.has(right)) {
      throw new AppError('forbidden', `This needs the right ${right}`, { details: { right } });
    }
    next();
  };
}

/** Anybody who is signed in goes on: else `unauthorized`. */
export const requireUser: RequestHandler = (request, _response, next) => {
  actorOf(request);
  next();
};

/** Who makes this request; undefined when nobody is known to. */
export function findActor(request: IncomingMessage): Actor | undefined {
  const actor = known.get(request);
  return actor instanceof Error ? undefined : actor;
}

/** Who makes this request. Throws `unauthorized` when nobody has signed in, and what stood in the way of knowing. */
export function actorOf(request: IncomingMessage): Actor {
  const actor = known.get(request);
  if (actor instanceof Error) throw actor;
  if (actor === undefined) throw new AppError('unauthorized', 'Sign in, or send a token');
  return actor;
}

/**
 * The token in the session cookie; undefined without one. Ports share cookies, so that code of a tenant could
 * plant a second one: two of them are refused with `unauthorized`.
 */
export function sessionTokenOf({ headers }: IncomingMessage): string | undefined {
  const values = (headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim().split('='))
    .filter(([name]) => name === SESSION_COOKIE)
    .map(([, value = '']) => value);
  if (values.length > 1) throw new AppError('unauthorized', 'Two session cookies in one request');
  return values[0];
}

function byToken(authorization: string, adminToken: Secret): Actor {
  const given = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (given === undefined || !isSame(given, adminToken.reveal())) {
    throw new AppError('unauthorized', 'The token is not valid');
  }
  const credential = `token:${hashOf(given).slice(0, 16)}`;
  return { kind: 'token', user: 'admin', role: 'admin', rights: RIGHTS_OF.admin, credential };
}

/**
 * A cookie is sent by the browser, whoever made it send the request. Changes and upgrades need our Origin; reads
 * must not come from elsewhere. Browsers leave Sec-Fetch-Site out over plain http, so its absence is no fault.
 */
function refuseForeignPage({ method, headers }: IncomingMessage, ownOrigin: string): void {
  const isRead = (method === 'GET' || method === 'HEAD') && headers.upgrade === undefined;
  const site = headers['sec-fetch-site'] ?? 'none';
  const isOwnRead =
    (headers.origin ?? ownOrigin) === ownOrigin && (site === 'same-origin' || site === 'none');
  if (isRead ? !isOwnRead : headers.origin !== ownOrigin) {
    throw new AppError('origin_refused', 'This request comes from a page that is not ours');
  }
}
