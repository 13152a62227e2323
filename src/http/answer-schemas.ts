import Joi from 'joi';

/** A view, in the form that joi's own types take: they know no readonly lists. */
export type Shown<View> = {
  [Field in keyof View]: View[Field] extends readonly (infer Item)[] ? Item[] : View[Field];
};

/** Any text, also none: what we answer needs no limits. */
export const text = Joi.string().allow('');

/** ISO 8601 in UTC. */
export const moment = Joi.string().isoDate().example('2026-11-25T09:30:00.000Z');

/** `{total, <name>: […], next_cursor?}` */
export function pageOf(name: string, item: Joi.Schema): Joi.ObjectSchema {
  return Joi.object({
    total: Joi.number().integer().min(0).required().description('How many there are on all pages'),
    [name]: Joi.array().items(item).required(),
    next_cursor: Joi.string().description('The `cursor` of the next page; missing on the last one'),
  });
}
