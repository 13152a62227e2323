import type { Router } from 'express';
import Joi from 'joi';
import { text } from './answer-schemas.ts';
import { call, routerOf } from './call.ts';
import { examine, type Examination, type Finding } from './checkup.ts';

const finding = Joi.object<Finding, true>({
  part: text.required().description('What was looked at').example('redis'),
  state: Joi.string()
    .valid('ok', 'warning', 'broken')
    .required()
    .description('warning: it works, but not as it should; broken: somebody must act'),
  detail: text.required(),
  hint: text.allow(null).required().description('What to do about it'),
});

const checkup = Joi.object({
  total: Joi.number().integer().min(0).required(),
  checks: Joi.array().items(finding).required(),
  ok: Joi.boolean().required().description('Nothing is broken'),
});

/** What of the chain is up, what is missing, and what to do about it. */
export function createCheckupApi(examinations: readonly Examination[]): Router {
  return routerOf([
    call({
      method: 'get',
      path: '/api/system/checks',
      right: 'system:operate',
      summary: 'Look at every part of the chain now',
      description:
        'Redis, Jenkins, its jobs, the proxies, nginx, the hosts, the clocks. It changes and starts nothing.',
      answers: {
        200: { description: 'What was found, each with a hint where somebody has to act', schema: checkup },
      },
      handle: async ({ response }) => {
        const checks = await examine(examinations);
        response.json({ checks, total: checks.length, ok: checks.every(({ state }) => state !== 'broken') });
      },
    }),
  ]);
}
