import { problemBody, PROBLEM_TYPE } from '../http/problem-response.ts';
import type { ErrorCode } from '../platform/errors.ts';
import type { ErrorText } from './error-texts.ts';
import { errorText, preferredLanguage } from './error-texts.ts';
import { PAGE_SECURITY_POLICY, statePage } from './state-page.ts';

/** What of a request decides the form of an error answer. */
export interface AnswerAudience {
  readonly accept: string | undefined;
  readonly acceptLanguage: string | undefined;
  /** Sec-Fetch-Dest: what the browser wants the answer for. */
  readonly destination: string | undefined;
}

export interface ErrorAnswerInput {
  readonly code: ErrorCode;
  readonly requestId: string;
  /** The endpoint that was asked for; undefined when there is none. */
  readonly endpoint: string | undefined;
  readonly audience: AnswerAudience;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** After these nobody knows where the next request on the connection begins. */
const ENDS_CONNECTION = new Set<ErrorCode>(['malformed_request', 'framing_unsupported', 'request_timeout']);
const NAVIGATIONS = new Set(['document', 'iframe', 'frame', 'embed', 'object']);

/**
 * An error of the proxy itself (cases 92-94): a page for people, a short text where a browser expected a script,
 * style or image, problem+json for programs. X-Ark-Error tells it from an error of the instance (case 103).
 */
export function errorAnswer(input: ErrorAnswerInput): Answer {
  const text = errorText(input.code);
  const { type, body, extra } = bodyFor(input, text);
  return {
    status: text.status,
    headers: {
      'Content-Type': type,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'X-Ark-Error': input.code,
      'X-Request-ID': input.requestId,
      ...(text.retryAfterS === undefined ? {} : { 'Retry-After': String(text.retryAfterS) }),
      ...(ENDS_CONNECTION.has(input.code) ? { Connection: 'close' } : {}),
      ...(text.status === 405 ? { Allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' } : {}),
      Vary: 'Accept, Accept-Language, Sec-Fetch-Dest',
      ...extra,
    },
    body,
  };
}

interface Body {
  readonly type: string;
  readonly body: string;
  readonly extra?: Readonly<Record<string, string>>;
}

function bodyFor(input: ErrorAnswerInput, text: ErrorText): Body {
  const { accept = '', acceptLanguage, destination } = input.audience;
  const language = preferredLanguage(acceptLanguage);
  if (destination !== undefined && destination !== 'empty' && !NAVIGATIONS.has(destination)) {
    return { type: 'text/plain; charset=utf-8', body: `${input.code}\n` };
  }
  if (!accept.toLowerCase().includes('text/html')) return problem(input, text);
  return {
    type: 'text/html; charset=utf-8',
    body: statePage({ text, language, requestId: input.requestId }),
    extra: { 'Content-Security-Policy': PAGE_SECURITY_POLICY, 'Referrer-Policy': 'no-referrer' },
  };
}

function problem(
  { code, requestId, endpoint }: ErrorAnswerInput,
  { status, en, retryAfterS }: ErrorText,
): Body {
  const [title, detail] = en;
  const more = {
    ...(endpoint === undefined ? {} : { instance: endpoint }),
    ...(retryAfterS === undefined ? {} : { retry_after: retryAfterS }),
  };
  return { type: PROBLEM_TYPE, body: problemBody({ code, status, title, detail, requestId, more }) };
}
