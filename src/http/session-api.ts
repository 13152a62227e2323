import Joi from 'joi';
import type { CookieOptions, Request, Router } from 'express';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Acts } from './acts.ts';
import { text } from './answer-schemas.ts';
import { actorOf, SESSION_COOKIE, sessionTokenOf } from './authentication.ts';
import { call, routerOf, type Call } from './call.ts';
import { currentRequestId, noteRequest } from './request-context.ts';
import { ROLES } from './rights.ts';
import { LONGEST_SESSION_MS, type Sessions } from './sessions.ts';

export interface SessionApiOptions {
  readonly sessions: Sessions;
  readonly acts: Pick<Acts, 'record'>;
  readonly log: Logger;
  readonly pagesUrl: string;
}

const whoIs = Joi.object({
  user: text.required(),
  role: Joi.string()
    .valid(...ROLES)
    .required(),
});
const signInQuery = Joi.object<{ code: string }, true>({ code: Joi.string().max(100).required() });

/** Sign-in by a one-use link, who is signed in, sign-out. */
export function createSessionApi({ sessions, acts, log, pagesUrl }: SessionApiOptions): Router {
  const cookie: CookieOptions = {
    httpOnly: true,
    sameSite: 'strict',
    secure: pagesUrl.startsWith('https:'),
    path: '/',
  };
  return routerOf([
    signIn({ sessions, acts, log }, cookie),
    createSignInLink(sessions),
    showSession(),
    signOut(sessions, cookie),
  ]);
}

function signIn(
  { sessions, acts, log }: Pick<SessionApiOptions, 'sessions' | 'acts' | 'log'>,
  cookie: CookieOptions,
): Call {
  return call({
    method: 'get',
    path: '/sign-in',
    right: 'anybody',
    summary: 'Sign in with a link',
    description: 'For browsers: it sets the session cookie. A link works once.',
    query: signInQuery,
    answers: { 303: { description: 'To the pages', headers: { Location: '/' } } },
    errors: ['unauthorized'],
    handle: async ({ query: { code }, request, response }) => {
      const granted = isVisit(request) ? await sessions.signIn(code) : undefined;
      if (granted === undefined) {
        // To a person the page explains it; who is signed in already goes on.
        if (request.method === 'GET' && request.accepts(['json', 'html']) === 'html')
          return response.redirect(303, '/');
        throw new AppError('unauthorized', 'This sign-in link was used, or is too old');
      }
      const { token, user: by } = granted;
      noteRequest({ user: by });
      const act = { by, via: 'session', act: 'session.sign-in', why: '', outcome: 'ok' } as const;
      // The link is used up: whoever had it is signed in, recorded or not; the log has it too.
      await acts.record({ ...act, request_id: currentRequestId() ?? '' }).catch((error: unknown) => {
        log.warn('sign-in not recorded', { user: by, error });
      });
      response.cookie(SESSION_COOKIE, token, { ...cookie, maxAge: LONGEST_SESSION_MS });
      response.set('cache-control', 'no-store').redirect(303, '/');
    },
  });
}

/**
 * Whether a person follows the link. A link checker (HEAD) and a browser that fetches ahead must not use it up, and a
 * page of a tenant that loads it as a picture must not sign its visitors in as somebody else.
 */
function isVisit({ method, headers }: Request): boolean {
  const purpose = `${String(headers['sec-purpose'] ?? '')} ${String(headers['purpose'] ?? '')}`;
  const isAhead = purpose.includes('prefetch');
  return method === 'GET' && !isAhead && (headers['sec-fetch-dest'] ?? 'document') === 'document';
}

function createSignInLink(sessions: Sessions): Call {
  return call({
    method: 'post',
    path: '/api/sign-in-links',
    act: 'sign-in-links.create',
    right: 'system:operate',
    summary: 'Make a link that signs in once',
    answers: {
      201: { description: 'The link; show it to nobody else', schema: Joi.object({ url: text.required() }) },
    },
    handle: async ({ request, response }) => {
      const { user, role } = actorOf(request);
      response
        .status(201)
        .set('cache-control', 'no-store')
        .json({ url: await sessions.createSignInLink({ user, role }) });
    },
  });
}

function showSession(): Call {
  return call({
    method: 'get',
    path: '/api/session',
    right: 'any_user',
    summary: 'Who is signed in?',
    answers: { 200: { description: 'User and role', schema: whoIs } },
    handle: ({ request, response }) => {
      const { user, role } = actorOf(request);
      response.json({ user, role });
    },
  });
}

function signOut(sessions: Sessions, cookie: CookieOptions): Call {
  return call({
    method: 'post',
    path: '/api/session/sign-out',
    act: 'session.sign-out',
    right: 'any_user',
    summary: 'Sign out',
    description: 'Ends the session of the cookie; a token stays as it is.',
    answers: { 204: { description: 'Signed out' } },
    handle: async ({ request, response }) => {
      const { kind } = actorOf(request);
      const token = kind === 'session' ? sessionTokenOf(request) : undefined;
      if (token !== undefined) await sessions.signOut(token);
      response.clearCookie(SESSION_COOKIE, cookie).status(204).end();
    },
  });
}
