import { expect, test } from '@jest/globals';
import { ERROR_CATALOGUE, ERROR_GROUPS } from '../../src/http/error-catalogue.ts';
import { toProblem } from '../../src/http/problem-response.ts';
import { AppError, ERROR_CODES } from '../../src/platform/errors.ts';

test('every code is in exactly one group', () => {
  const listed = ERROR_GROUPS.flatMap(({ entries }) => Object.keys(entries));

  expect(listed.toSorted()).toEqual(ERROR_CODES.toSorted());
});

test.each(ERROR_CODES)('%s has an error status and whole sentences', (code) => {
  const { status, title, meaning, action } = ERROR_CATALOGUE[code];

  expect(status).toBeGreaterThanOrEqual(400);
  expect(title).not.toMatch(/\.$/);
  for (const text of [meaning, action]) expect(text).toMatch(/[.]$/);
});

test('details stand beside the fixed fields and cannot replace them', () => {
  const error = new AppError('busy', 'wait', {
    details: { holder: 'job #7', status: 200, code: 'x' },
    retryAfterS: 3,
  });

  const { status, headers, body } = toProblem(error, 'r-1');

  expect([status, headers['retry-after']]).toEqual([423, '3']);
  expect(JSON.parse(body)).toEqual({
    type: 'urn:ark-deploy:problem:busy',
    title: 'Instance is busy',
    hint: 'Wait until it has ended, or cancel it; `link` leads to it.',
    status: 423,
    code: 'busy',
    detail: 'wait',
    request_id: 'r-1',
    holder: 'job #7',
  });
});
