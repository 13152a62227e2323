import type Joi from 'joi';
import { AppError } from '../platform/errors.ts';

export interface FieldFault {
  /** `inputs.title`; empty for the whole body. */
  readonly field: string;
  readonly message: string;
}

/** Texts of joi that would repeat the value, which may be secret. */
const MESSAGES = {
  'string.pattern.base': '{{#label}} has characters or a form that are not allowed',
  'string.pattern.name': '{{#label}} must be a {{#name}}',
  'string.pattern.invert.base': '{{#label}} has characters or a form that are not allowed',
  'string.pattern.invert.name': '{{#label}} must not be a {{#name}}',
  'object.unknown': '{{#label}} is not a known field',
};

/**
 * The input as the schema's type, with its defaults. Unknown fields are refused and nothing is converted; with
 * `convert` (query strings) numbers and booleans may come as text. Throws `validation_failed` with every such field.
 */
export function validate<T>(schema: Joi.ObjectSchema<T>, input: unknown, { convert = false } = {}): T {
  const result = schema
    .required()
    .label('body')
    .validate(input, {
      abortEarly: false,
      allowUnknown: false,
      convert,
      messages: MESSAGES,
      errors: { wrap: { label: false, array: false } },
    });
  if (result.error === undefined) return result.value;
  const faults = result.error.details.map(({ path, message }) => ({ field: path.join('.'), message }));
  // A value of another type breaks other rules too; the first fault of a field says enough.
  throw invalidFields(
    faults.filter(({ field }, at) => at === faults.findIndex((one) => one.field === field)),
  );
}

/** The error for faults that no schema can find. */
export function invalidFields(errors: readonly FieldFault[]): AppError {
  const detail =
    errors.length === 1
      ? `Invalid: ${errors[0]?.message ?? ''}`
      : `${String(errors.length)} fields are invalid`;
  return new AppError('validation_failed', detail, { details: { errors } });
}
