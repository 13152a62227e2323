import type Joi from 'joi';
import {
  claimSchema,
  failedSchema,
  progressSchema,
  readySchema,
  removedSchema,
} from '../deployments/callback-schemas.ts';
import { describeFields, type DescribedField } from './described-fields.ts';
import { table, WRITTEN_BY } from './markdown.ts';

const MESSAGES: Readonly<Record<string, Joi.ObjectSchema>> = {
  '`claim`': claimSchema,
  '`progress`': progressSchema,
  '`ready`': readySchema,
  '`retired` and `removed`': removedSchema,
  '`failed`': failedSchema,
};

/** docs/callback-fields.md */
export function callbackFieldsPage(): string {
  const messages = Object.entries(MESSAGES).flatMap(([title, schema]) => [
    `## ${title}`,
    '',
    table(['Field', 'Needed', 'Form', 'What it is'], describeFields(schema).map(row)),
    '',
  ]);
  return [
    '# The fields of the callbacks',
    '',
    WRITTEN_BY('src/deployments/callback-schemas.ts'),
    '',
    'What the coordinator takes, message by message; [callbacks.md](callbacks.md) says when each is sent, how it is signed',
    'and what is answered. A field that is not listed is refused, and so is a number in quotes. Text is well-formed Unicode, counted in',
    'UTF-16 units; *one line* of it has no line break, no control character, and no blank at its beginning or end.',
    '',
    ...messages,
  ].join('\n');
}

function row({ path, needed, form, summary }: DescribedField): readonly string[] {
  return [`\`${path}\``, needed ? 'yes' : 'no', form, summary];
}
