import Joi from 'joi';
import { line } from './line.ts';

export interface Why {
  readonly why: string;
}

/** The reason that every break-glass act needs, in the words of who acts. */
export const why = line(200).min(1).required();

export const whyBody = Joi.object<Why, true>({ why });

export const WHY_EXAMPLE = { why: 'Jenkins is down, the client waits' };

const toldToTheRecord = line(200)
  .description('Why, for the record of acts')
  .example('the client asked for it')
  .strip();

/** The schema with an optional `why` that only the record of acts reads; one that asks for it itself stays as it is. */
export function takingWhy<T>(schema = Joi.object<T>({})): Joi.ObjectSchema<T> {
  const { keys = {} } = schema.describe() as { readonly keys?: Readonly<Record<string, unknown>> };
  const taking: Joi.ObjectSchema = 'why' in keys ? schema : schema.append({ why: toldToTheRecord });
  return taking as Joi.ObjectSchema<T>;
}
