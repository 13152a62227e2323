import Joi from 'joi';
import { moment, text } from '../http/answer-schemas.ts';
import type { ClaimAnswer } from './callback-messages.ts';

const whole = Joi.number().integer().required();
const ports = Joi.array().items(Joi.number().integer()).required();
const texts = Joi.array().items(text).required();

/** What a claim is granted; all that the job may trust. */
export const claimAnswer = Joi.object<ClaimAnswer>({
  lease: text.required(),
  seq: text.required().example('1763790000'),
  deadline: moment.required(),
  action: Joi.string().valid('deploy', 'stop', 'start', 'destroy').required(),
  instance_id: text.required().example('acme-k3v9x2m4qa'),
  deployment_id: text.required().example('d-0c9f7a4be2d1583f6a70'),
  keep: texts.description('Projects of the instance that stay'),
  host: Joi.object({
    address: text.required().example('100.64.10.11'),
    port: whole,
    user: text.required(),
    host_key: text.required(),
    sudo: Joi.boolean().required(),
  }).required(),
  project: text.required().example('acme-k3v9x2m4qa-1763790000'),
  release: Joi.object().unknown().description('Compose files, inputs and secrets; not of a removal'),
  endpoints: Joi.array()
    .items(
      Joi.object({
        name: text.required(),
        service: text.required(),
        port: whole,
        primary: Joi.boolean().required(),
        candidates: ports.description('Host ports to try, in this order'),
      }),
    )
    .required(),
  health: Joi.object({ path: text.required(), timeout_s: whole }),
  strategy: Joi.string().valid('recreate', 'swap'),
  drain_s: Joi.number().integer(),
}).meta({ schemaName: 'Claim' });

export const decisionAnswer = Joi.object({
  decision: Joi.string().valid('switched', 'abandoned', 'removed').required(),
  retire: Joi.array().items(text).description('Of `switched`: the projects to remove'),
  reason: text.description('Of `abandoned`'),
}).meta({ schemaName: 'Decision' });

export const undecidedAnswer = Joi.object({
  state: Joi.string().valid('verifying', 'draining').required(),
  open: Joi.number().integer().description('Of `draining`: exchanges that are open on the old release'),
});

export const takenAnswer = Joi.object({});
