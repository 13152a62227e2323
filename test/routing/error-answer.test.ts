import { expect, test } from '@jest/globals';
import { ERROR_CODES } from '../../src/platform/errors.ts';
import { errorAnswer } from '../../src/routing/error-answer.ts';
import type { AnswerAudience } from '../../src/routing/error-answer.ts';
import { preferredLanguage } from '../../src/routing/error-texts.ts';
import { escapeHtml, statePage } from '../../src/routing/state-page.ts';

const BROWSER: AnswerAudience = {
  accept: 'text/html,*/*',
  acceptLanguage: undefined,
  destination: 'document',
};
const answer = (code: (typeof ERROR_CODES)[number], audience: Partial<AnswerAudience> = {}) =>
  errorAnswer({ code, requestId: 'req_1', endpoint: 'i1', audience: { ...BROWSER, ...audience } });

test.each([
  [undefined, 'es'],
  ['en-GB,en;q=0.9', 'en'],
  ['es-MX,en;q=0.5', 'es'],
  ['fr,en;q=0.3,es;q=0.2', 'en'],
  ['fr', 'es'],
  ['en;q=0', 'es'],
  ['rubbish;;q=x', 'es'],
])('Accept-Language %s is answered in %s', (header, language) => {
  expect(preferredLanguage(header)).toBe(language);
});

test('case 93: the page that waits reloads itself, runs nothing and loads nothing', () => {
  const { status, headers, body } = answer('route_updating');

  expect(status).toBe(503);
  expect(headers).toMatchObject({ 'Retry-After': '3', 'Cache-Control': 'no-store' });
  expect(body).toContain('<meta http-equiv="refresh" content="3">');
  expect(body).toContain('<html lang="es">');
  expect(body).not.toContain('<script');
  expect(headers['Content-Security-Policy']).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+';/);
});

test('case 92: a page of an unknown instance does not reload', () => {
  expect(answer('route_unknown').body).not.toContain('refresh');
});

test.each(['script', 'style', 'image', 'font'])(
  'case 93: for a %s the answer is a short text',
  (destination) => {
    const { headers, body } = answer('route_updating', { destination });

    expect(headers['Content-Type']).toBe('text/plain; charset=utf-8');
    expect(body).toBe('route_updating\n');
  },
);

test('case 93: fetch() gets problem+json even if the page accepts HTML nowhere', () => {
  const { headers, body } = answer('target_refused', { accept: '*/*', destination: 'empty' });

  expect(headers['Content-Type']).toBe('application/problem+json; charset=utf-8');
  expect(JSON.parse(body)).toMatchObject({
    ...{ status: 502, code: 'target_refused', instance: 'i1', request_id: 'req_1', retry_after: 5 },
  });
});

test('every code has an answer, and none of it says what went on inside', () => {
  for (const code of ERROR_CODES) {
    const { status, headers } = answer(code);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(headers['X-Ark-Error']).toBe(code);
  }
});

test('what comes from outside is escaped', () => {
  const text = { status: 404, es: ['<b>', '&'], en: ['a', 'b'] } as const;

  const page = statePage({ text, language: 'es', requestId: '"><script>' });

  expect(page).not.toContain('<script>');
  expect(page).not.toContain('<b>');
  expect(escapeHtml(`<>&"'`)).toBe('&#60;&#62;&#38;&#34;&#39;');
});
