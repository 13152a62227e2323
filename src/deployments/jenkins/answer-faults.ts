import { AppError } from '../../platform/errors.ts';
import { describe, describeRefusal, excerptOf, isRedirect, NoAnswer, type Answer } from './answer.ts';
import { Misread, parseFields, type Fields } from './json-reading.ts';

/**
 * An answer that the call cannot use, as AppError: `build_server_refused` when Jenkins, or a sign-in page
 * before it, refuses us; `build_server_unavailable` for all else (boot page, proxy, another server).
 */
export function toFault(answer: Answer, what: string): AppError {
  const { status } = answer;
  if (status === 401 || status === 403 || status === 422 || isRedirect(answer)) {
    const why = isRedirect(answer) ? describe(answer) : describeRefusal(answer);
    return new AppError('build_server_refused', `Jenkins refused to ${what}: ${why}`, {
      details: { status },
    });
  }
  const message = `Jenkins could not ${what}: ${describe(answer)}`;
  return new AppError('build_server_unavailable', message, { details: { status } });
}

/** No whole answer, as AppError. Anything else is thrown on. */
export function toUnavailable(error: unknown, what: string): AppError {
  if (!(error instanceof NoAnswer)) throw error;
  return new AppError('build_server_unavailable', `Jenkins could not ${what}: ${error.message}`, {
    cause: error,
    retryAfterS: RETRY_AFTER_S,
  });
}

const RETRY_AFTER_S = 2;

/** Reads the JSON of a 200; throws as above for any other answer and for JSON that is not Jenkins'. */
export function readAnswer<T>(answer: Answer, what: string, read: (fields: Fields) => T): T {
  if (answer.status !== 200) throw toFault(answer, what);
  try {
    return read(parseFields(answer.text));
  } catch (error) {
    if (!(error instanceof Misread)) throw error;
    const message = `What answers is not Jenkins, or not as we know it (${what}: ${error.message})`;
    const details = { excerpt: excerptOf(answer.text) };
    throw new AppError('build_server_unavailable', message, { cause: error, details });
  }
}
