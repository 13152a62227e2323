import Joi from 'joi';

// Half a surrogate pair is fine in JSON, but no UTF-8 can hold it: Redis and its scripts would refuse it.
const text = (longest: number, unfit: RegExp, name: string): Joi.StringSchema =>
  Joi.string().max(longest).pattern(unfit, { invert: true, name }).messages({
    'string.max': '{{#label}} must not be longer than {{#limit}} characters',
    'string.pattern.invert.name': '{{#label}} must not hold {{#name}}',
    'string.trim': '{{#label}} must not begin or end with a blank',
  });

/** In JSON Schema one pattern must say all: what may stand inside, and that blanks are not at the ends. */
const UNFIT_INSIDE = String.raw`\u0000-\u001f\u007f-\u009f\u2028\u2029`;
const END = String.raw`[^\s\ufeff${UNFIT_INSIDE}]`;
const ONE_LINE = `^${END}(?:[^${UNFIT_INSIDE}]*${END})?$`;

/** One line of text, as people write names and reasons: no blank around it, nothing that breaks or controls it. */
export const line = (longest: number): Joi.StringSchema =>
  text(longest, /[\p{Cc}\p{Cs}\u2028\u2029]/u, 'line breaks, control characters or half a surrogate pair')
    .trim()
    .meta({ jsonSchema: { pattern: ONE_LINE } });

/** Text of several lines, as a program prints it. */
export const lines = (longest: number): Joi.StringSchema =>
  text(longest, /\p{Cs}/u, 'half a surrogate pair').meta({ jsonSchema: {} });
