import Joi from 'joi';

/** What the generated docs say of a variable besides its default. */
export interface SettingNotes {
  readonly summary: string;
  readonly unit?: string;
  /** Never printed, and never has a default. */
  readonly secret?: boolean;
  /** Only this role reads it; both when absent. */
  readonly role?: 'coordinator' | 'proxy';
  /** A value to show where there is no default. */
  readonly example?: string;
}

/** A variable with what there is to say about it. One that is needed is needed only by its role. */
export function setting<S extends Joi.AnySchema>(schema: S, notes: SettingNotes): S {
  const { summary, ...rest } = notes;
  return schema.description(summary).meta(rest);
}

/** The variable must be there for the role that reads it, and is ignored for the other. */
export function neededBy<S extends Joi.AnySchema>(role: 'coordinator' | 'proxy', schema: S): S {
  return schema.when('ARK_ROLE', { is: role, then: Joi.required(), otherwise: Joi.optional() });
}

export const port = (): Joi.NumberSchema => Joi.number().port().min(1);
export const wholeNumber = (min: number, max: number): Joi.NumberSchema =>
  Joi.number().integer().min(min).max(max);
export const webUrl = (): Joi.StringSchema =>
  Joi.string()
    .uri({ scheme: ['http', 'https'] })
    .replace(/\/+$/, '');

const LIST_SEPARATOR = /[\s,]+/;

/** The parts of a list that is written with commas or spaces. */
export function listOf(text: string): readonly string[] {
  return text.split(LIST_SEPARATOR).filter((part) => part !== '');
}

/** A list of which each part must pass `isGood`; `what` names such a part. */
export function list(what: string, isGood: (part: string) => boolean): Joi.StringSchema {
  return Joi.string().custom((text: string, helpers) => {
    const bad = listOf(text).some((part) => !isGood(part));
    return bad || listOf(text).length === 0
      ? helpers.message({ custom: `{{#label}} must be a list of ${what}` })
      : text;
  });
}
