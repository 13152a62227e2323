import Joi from 'joi';
import { moment, text } from '../http/answer-schemas.ts';
import type { CallbackView } from './callback-history.ts';
import type { HostQueue } from './host-queue.ts';
import { PHASES } from './phases.ts';

const counted = Joi.number().integer();
const ids = {
  deployment_id: text.required().example('d-0c9f7a4be2d1583f6a70'),
  instance_id: text.required().example('acme-k3v9x2m4qa'),
};

export const callbackView = Joi.object<CallbackView>({
  id: text.required(),
  at: moment.required(),
  kind: text.required().example('claim'),
  verdict: Joi.string().valid('accepted', 'refused').required(),
  code: text.description('Of a refusal'),
  detail: text,
  job: text,
  build_number: counted,
  instance_id: text,
  deployment_id: text,
  key_id: text.description('The key that signed it'),
  from: text.description('The address of who sent it unsigned'),
  times: counted.required().description('How often it came'),
  last_at: moment.required(),
}).meta({ schemaName: 'Callback' });

export const queueView = Joi.object<HostQueue>({
  active: Joi.array()
    .items(
      Joi.object({
        ...ids,
        phase: Joi.string()
          .valid(...PHASES)
          .required(),
        since: moment.required(),
        deadline: moment.required(),
      }),
    )
    .required(),
  waiting: Joi.array()
    .items(
      Joi.object({
        ...ids,
        position: counted.required().description('From 1, in order of arrival'),
        since: moment.required(),
        reason: text.required(),
        holder: text.required().allow(null),
      }),
    )
    .required(),
}).meta({ schemaName: 'HostQueue' });
