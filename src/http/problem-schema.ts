import Joi from 'joi';
import { ERROR_CODES } from '../platform/errors.ts';

/** Every error answer (RFC 9457), as the description of the API shows it. */
export const problemSchema = Joi.object({
  type: Joi.string().required().example('urn:ark-deploy:problem:instance_not_found'),
  title: Joi.string().required().example('No such instance'),
  status: Joi.number().integer().min(400).max(599).required().example(404),
  code: Joi.string()
    .valid(...ERROR_CODES)
    .required()
    .description('What programs look at; docs/errors.md tells each')
    .example('instance_not_found'),
  detail: Joi.string().required().example('There is no such instance'),
  hint: Joi.string().required().description('What to do about it'),
  request_id: Joi.string().required().description('Also in X-Request-ID and in our log'),
  errors: Joi.array()
    .items(Joi.object({ field: Joi.string().allow('').required(), message: Joi.string().required() }))
    .description('Every field that is wrong, with `validation_failed`'),
})
  .unknown()
  .meta({ schemaName: 'Problem' });
