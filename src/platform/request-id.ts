import { randomUUID } from 'node:crypto';

const VALID = /^[A-Za-z0-9._-]{8,64}$/;

/** The caller's X-Request-ID if it is one value of a safe form, else a new one (proxy rules, case 41). */
export function requestIdFor(given: readonly string[]): string {
  const [only] = given;
  return given.length === 1 && only !== undefined && VALID.test(only)
    ? only
    : `req_${randomUUID().replaceAll('-', '')}`;
}
