import Joi from 'joi';
import { ENTRY_ID } from '../platform/journal.ts';

/** Where a page of a journal goes on. */
export const entryCursor = Joi.string()
  .pattern(ENTRY_ID, 'cursor of ours')
  .description('`next_cursor` of the page before');
