import Joi from 'joi';
import { line } from './line.ts';

export interface Why {
  readonly why: string;
}

/** The reason that every break-glass act needs, in the words of who acts. */
export const why = line(200).min(1).required();

export const whyBody = Joi.object<Why, true>({ why });

export const WHY_EXAMPLE = { why: 'Jenkins is down, the client waits' };
