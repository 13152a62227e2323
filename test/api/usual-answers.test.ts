import { beforeEach, expect, test } from '@jest/globals';
import request, { type Response } from 'supertest';
import { declaredCalls } from '../../src/docs/declared-calls.ts';
import type { CallFacts } from '../../src/http/call.ts';
import { refusalsOf } from '../../src/http/openapi-answers.ts';
import { bodyExample } from '../../src/http/openapi.ts';
import { problemSchema } from '../../src/http/problem-schema.ts';
import { RIGHTS_OF } from '../../src/http/rights.ts';
import { noLog } from '../../src/platform/logger.ts';
import { benchPerTest } from '../deployments/bench-per-test.ts';
import { KEY, sendCallback, TOKEN } from '../deployments/http-bench.ts';
import { wholeApi, type WholeApi } from './whole-api.ts';

const at = benchPerTest();
let whole: WholeApi;

beforeEach(() => {
  whole = wholeApi(at(), noLog);
});

const calls = declaredCalls();
const named = (wanted: (call: CallFacts) => boolean) =>
  calls.filter(wanted).map((call) => [`${call.method} ${call.path}`, call] as const);

const isSigned = ({ right }: CallFacts): boolean => right === 'signature';
const isOpen = ({ right }: CallFacts): boolean => right === 'anybody';
const addressOf = ({ path }: CallFacts): string => path.replace(/:\w+/g, 'nobody');

function ask(call: CallFacts, headers: Record<string, string>, address = addressOf(call)) {
  return request(whole.server.app)
    [call.method](address)
    .set(headers)
    .send(bodyExample(call) as object);
}

/** The answer is a problem as described, and one that the call tells of. */
function expectProblem(call: CallFacts, { status, body, headers }: Response, code: string): void {
  expect(body).toMatchObject({ code, status });
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(problemSchema.validate(body).error).toBeUndefined();
  expect(refusalsOf(call).get(status)).toContain(code);
}

test.each(named((call) => !isOpen(call) && !isSigned(call)))(
  '%s: nobody is told to sign in',
  async (_name, call) => {
    expectProblem(call, await ask(call, {}), 'unauthorized');
  },
);

test.each(named((call) => !isOpen(call) && !isSigned(call)))(
  '%s: no page but ours may ask',
  async (_name, call) => {
    const link = await whole.sessions.createSignInLink({ user: 'ana', role: 'admin' });
    const granted = await whole.sessions.signIn(new URL(link).searchParams.get('code') ?? '');
    const cookie = `ark_session=${granted?.token ?? ''}`;

    const answer = await ask(call, { cookie, origin: 'http://apps.example:3001' });

    expectProblem(call, answer, 'origin_refused');
  },
);

const beyondViewers = ({ right }: CallFacts): boolean =>
  right.includes(':') && !RIGHTS_OF.viewer.has(right as never);

test.each(named(beyondViewers))('%s: a viewer may not', async (_name, call) => {
  const link = await whole.sessions.createSignInLink({ user: 'ana', role: 'viewer' });
  const granted = await whole.sessions.signIn(new URL(link).searchParams.get('code') ?? '');
  const headers = { cookie: `ark_session=${granted?.token ?? ''}`, origin: 'http://127.0.0.1:3000' };

  expectProblem(call, await ask(call, headers), 'forbidden');
});

test.each(named((call) => !isSigned(call)))('%s: an unknown parameter is refused', async (_name, call) => {
  const answer = await ask(call, { authorization: `Bearer ${TOKEN}` }, `${addressOf(call)}?nonsense=1`);

  expectProblem(call, answer, 'validation_failed');
});

test.each(named(({ body }) => body !== undefined))(
  '%s: a body that is none is refused',
  async (_name, call) => {
    const send = (type: string, text: string) =>
      request(whole.server.app)
        .post(addressOf(call))
        .set({ authorization: `Bearer ${TOKEN}`, 'content-type': type })
        .send(text);
    if (call.method !== 'post') return expect(call.method).toBe('patch');

    expectProblem(call, await send('text/plain', '{}'), 'unsupported_media_type');
    expectProblem(call, await send('application/json', ' '.repeat(1_200_000)), 'body_too_large');
    if (isSigned(call)) expectProblem(call, await send('application/json', '{}'), 'signature_invalid');
    else expectProblem(call, await send('application/json', '{'), 'malformed_request');
  },
);

test.each(named(isSigned))('%s: a signed message with a wrong field is refused', async (_name, call) => {
  const kind = call.path.split('/').at(-1) ?? '';
  const sender = { app: whole.server.app, bench: at() };

  const answer = await sendCallback(sender, kind, { nonsense: 1 }, { key: KEY, path: call.path });

  expectProblem(call, answer, 'validation_failed');
});

test.each(
  named(({ params, right, method }) => params !== undefined && right !== 'signature' && method === 'get'),
)('%s: what is not there is not found', async (_name, call) => {
  const answer = await ask(call, { authorization: `Bearer ${TOKEN}` });

  expect(answer.status).toBe(404);
  expectProblem(call, answer, (answer.body as { code: string }).code);
});
