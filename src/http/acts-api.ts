import type { Router } from 'express';
import Joi from 'joi';
import type { Acts, ActsQuery, ActView } from './acts.ts';
import { moment, pageOf, text } from './answer-schemas.ts';
import { call, routerOf } from './call.ts';
import { entryCursor } from './entry-cursor.ts';

const actsQuery = Joi.object<ActsQuery, true>({
  instance: Joi.string().max(63).description('Id of an instance'),
  by: Joi.string().max(80).description('Name of a user'),
  cursor: entryCursor,
  limit: Joi.number().integer().min(1).max(200).default(50),
});

const actView = Joi.object<ActView>({
  id: text.required(),
  at: moment.required(),
  by: text.required(),
  via: Joi.string().valid('session', 'token', 'cli').required(),
  act: text.required().example('instances.create'),
  instance_id: text,
  deployment_id: text,
  host_id: text,
  product_id: text,
  key_id: text,
  why: text.required(),
  request_id: text.required(),
  outcome: text.required().allow(null).description('ok, or the code of the refusal; null while unknown'),
}).meta({ schemaName: 'Act' });

/** Who did what, and why. */
export function createActsApi({ acts }: { readonly acts: Acts }): Router {
  return routerOf([
    call({
      method: 'get',
      path: '/api/acts',
      right: 'acts:read',
      summary: 'List who changed what, and why, the newest first',
      description:
        'Every changing call that somebody had the right to make, refused ones with the code of the refusal.',
      query: actsQuery,
      answers: { 200: { description: 'A page of acts', schema: pageOf('acts', actView) } },
      handle: async ({ query, response }) => {
        const { items, total, next } = await acts.page(query);
        response.json({ acts: items, total, ...(next !== undefined && { next_cursor: next }) });
      },
    }),
  ]);
}
