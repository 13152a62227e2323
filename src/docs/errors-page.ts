import { ERROR_GROUPS, type ErrorEntry } from '../http/error-catalogue.ts';
import { table, WRITTEN_BY } from './markdown.ts';

/** docs/errors.md */
export function errorsPage(): string {
  const groups = ERROR_GROUPS.flatMap(({ title, entries }) => [
    `## ${title}`,
    '',
    table(['Code', 'Status', 'What it means', 'What to do'], Object.entries(entries).map(row)),
    '',
  ]);
  return [
    '# Errors',
    '',
    WRITTEN_BY('src/http/error-catalogue.ts'),
    '',
    'Every error answer is `application/problem+json`:',
    '',
    '```json',
    '{',
    '  "type": "urn:ark-deploy:problem:validation_failed",',
    '  "title": "Invalid fields",',
    '  "status": 400,',
    '  "code": "validation_failed",',
    '  "detail": "Invalid: client_name is required",',
    '  "hint": "Correct every field that `errors` names.",',
    '  "request_id": "4f1c0e5f2b8c4a0b9d3e7a61",',
    '  "errors": [{ "field": "client_name", "message": "client_name is required" }]',
    '}',
    '```',
    '',
    'Programs look at `code`, people at `title`, `detail` and `hint`. `request_id` is also in the header X-Request-ID and in',
    'every line of the log that belongs to the request. `Retry-After` says when it makes sense to try again.',
    '',
    ...groups,
  ].join('\n');
}

function row([code, { status, title, meaning, action }]: readonly [string, ErrorEntry]): readonly string[] {
  return [`\`${code}\``, String(status), `**${title}.** ${meaning}`, action];
}
