import Joi from 'joi';
import { Router, type CookieOptions } from 'express';
import { AppError } from '../platform/errors.ts';
import { actorOf, requireRight, SESSION_COOKIE, sessionTokenOf } from './authentication.ts';
import { LONGEST_SESSION_MS, type Sessions } from './sessions.ts';
import { validate } from './validate.ts';

export interface SessionApiOptions {
  readonly sessions: Sessions;
  readonly pagesUrl: string;
}

const signInQuery = Joi.object<{ code: string }, true>({ code: Joi.string().max(100).required() });

/** Sign-in by a one-use link, who is signed in, sign-out. */
export function createSessionApi({ sessions, pagesUrl }: SessionApiOptions): Router {
  const cookie: CookieOptions = {
    httpOnly: true,
    sameSite: 'strict',
    secure: pagesUrl.startsWith('https:'),
    path: '/',
  };
  const router = Router();

  router.get('/sign-in', async (request, response) => {
    const { code } = validate(signInQuery, request.query);
    // A HEAD (link checkers, previews) must not use up the link.
    const token = request.method === 'GET' ? await sessions.signIn(code) : undefined;
    if (token === undefined) {
      // To a person the page explains it; who is signed in already goes on.
      if (request.method === 'GET' && request.accepts(['json', 'html']) === 'html')
        return response.redirect(303, '/');
      throw new AppError('unauthorized', 'This sign-in link was used, or is too old');
    }
    response.cookie(SESSION_COOKIE, token, { ...cookie, maxAge: LONGEST_SESSION_MS });
    response.set('cache-control', 'no-store').redirect(303, '/');
  });

  router.post('/api/sign-in-links', requireRight('system:operate'), async (request, response) => {
    const { user, role } = actorOf(request);
    response
      .status(201)
      .set('cache-control', 'no-store')
      .json({ url: await sessions.createSignInLink({ user, role }) });
  });

  router.get('/api/session', (request, response) => {
    const { user, role } = actorOf(request);
    response.json({ user, role });
  });

  router.post('/api/session/sign-out', async (request, response) => {
    const { kind } = actorOf(request);
    const token = kind === 'session' ? sessionTokenOf(request) : undefined;
    if (token !== undefined) await sessions.signOut(token);
    response.clearCookie(SESSION_COOKIE, cookie).status(204).end();
  });

  return router;
}
