import type Joi from 'joi';
import type { CallFacts } from '../http/call.ts';
import { bodyExample, pathOf, rightWords, tagOf } from '../http/openapi.ts';
import { refusalsOf } from '../http/openapi-answers.ts';
import { declaredCalls } from './declared-calls.ts';
import { describeFields, type DescribedField } from './described-fields.ts';
import { table, WRITTEN_BY } from './markdown.ts';

/** docs/api.md */
export function apiPage(): string {
  const groups = Map.groupBy(declaredCalls(), tagOf);
  return [
    '# The API, call by call',
    '',
    WRITTEN_BY('the declarations beside each route (src/http/call.ts)'),
    '',
    '`/openapi.json` on the coordinator says the same to programs, with every field of every answer; `/docs` is a page to try',
    'it. Send `Authorization: Bearer <token>`, or sign in. Errors are explained in [errors.md](errors.md), the messages of',
    'jobs in [callbacks.md](callbacks.md), their fields in [callback-fields.md](callback-fields.md).',
    '',
    'Lists come newest first in pages: `total`, the items, and `next_cursor`, which is the `cursor` of the next page and',
    'missing on the last one. Fields and parameters that are not named here are refused. Every call may be answered',
    '`internal` and `store_unavailable`.',
    '',
    ...[...groups].flatMap(([tag, calls]) => [`## ${tag}`, '', ...calls.flatMap(section)]),
  ].join('\n');
}

function section(call: CallFacts): readonly string[] {
  const { method, summary, description, right, query, body, headers } = call;
  return [
    `### \`${method.toUpperCase()} ${pathOf(call)}\``,
    '',
    `**${summary}.**${description === undefined ? '' : ` ${description}`} ${rightWords(right)}`.replace(
      '?.**',
      '?**',
    ),
    '',
    ...fields('Parameter', query),
    // the messages of jobs have a page of their own
    ...(right === 'signature' ? [] : fields('Field', body)),
    ...(headers ? [`Headers: ${Object.keys(headers).map(code).join(', ')}.`, ''] : []),
    ...example(call),
    ...answers(call),
    '',
  ];
}

function fields(title: string, schema: Joi.ObjectSchema | undefined): readonly string[] {
  if (schema === undefined) return [];
  return [table([title, 'Needed', 'Form', 'What it is'], describeFields(schema).map(row)), ''];
}

function row({ path, needed, form, summary }: DescribedField): readonly string[] {
  return [code(path), needed ? 'yes' : 'no', form, summary];
}

function example(call: CallFacts): readonly string[] {
  return call.body === undefined ? [] : ['```json', JSON.stringify(bodyExample(call)), '```', ''];
}

function answers(call: CallFacts): readonly string[] {
  const good = Object.entries(call.answers).map(([status, { description }]) => `- ${status}: ${description}`);
  const refused = [...refusalsOf(call)].map(
    ([status, codes]) => `- ${String(status)}: ${codes.map(code).join(', ')}`,
  );
  return [...good, ...refused];
}

function code(text: string): string {
  return `\`${text}\``;
}
