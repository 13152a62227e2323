import Joi from 'joi';
import { moment, text } from '../http/answer-schemas.ts';
import { deploymentView } from './view-schemas.ts';

const whole = Joi.number().integer();

export const forceFailedView = (deploymentView as Joi.ObjectSchema)
  .keys({ jenkins_told: Joi.boolean().required().description('Its build was told to stop') })
  .meta({ schemaName: 'ForceFailed' });

export const routeView = Joi.object({
  instance_id: text.required().example('acme-k3v9x2m4qa'),
  endpoint: text.required().allow(null).description('Null for the primary one'),
  state: Joi.string().valid('live', 'updating', 'stopped', 'withdrawn').required(),
  target_host: text.required().allow(null),
  target_port: whole.required().allow(null),
  container_id: text.required().allow(null),
  seq: text.required().example('1763790000'),
  revision: whole.required(),
  reason: text.required().allow(null),
}).meta({ schemaName: 'Route' });

export const systemView = Joi.object({
  now: moment.required(),
  frozen: Joi.object({ by: text.required(), at: moment.required(), why: text.required() })
    .required()
    .allow(null)
    .description('Nothing is triggered while it is there'),
  generation: Joi.object({
    id: text.required().allow(null),
    revision: whole.required(),
    accepted: Joi.object({ id: text.required(), revision: whole.required(), at: moment.required() })
      .required()
      .allow(null),
    fault: text.required().allow(null).description('Why this store is not trusted'),
  }).required(),
  ready: Joi.boolean().required(),
  dependencies: Joi.object()
    .pattern(/^/, Joi.object({ ok: Joi.boolean().required(), detail: text }))
    .required(),
  versions: Joi.object({ ark: text.required(), node: text.required() }).required(),
}).meta({ schemaName: 'System' });
