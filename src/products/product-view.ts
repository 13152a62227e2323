import Joi from 'joi';
import { text, type Shown } from '../http/answer-schemas.ts';
import type { Product } from './product.ts';
import type { ProductSettings } from './product-settings.ts';

/** A product as people and the pages see it, with what operators say of it: no Compose text, no names of secrets. */
export interface ProductView
  extends
    Pick<Product, 'name' | 'description' | 'version' | 'inputs' | 'strategy' | 'endpoints' | 'digest'>,
    ProductSettings {
  readonly product_id: string;
}

export function toProductView(product: Product, settings: ProductSettings): ProductView {
  const { id, name, description, version, inputs, strategy, endpoints, digest } = product;
  return { product_id: id, name, description, version, inputs, strategy, endpoints, digest, ...settings };
}

const job = text.description('Full name, with / between folders');

export const productView = Joi.object<Shown<ProductView>, true>({
  product_id: text.required().example('hello'),
  name: text.required(),
  description: text.required(),
  version: text.required().example('1.2.0'),
  inputs: Joi.object()
    .pattern(
      /^/,
      Joi.object({
        type: Joi.string().valid('string', 'integer', 'boolean').required(),
        title: text,
        required: Joi.boolean().required(),
        secret: Joi.boolean().required(),
        max_length: Joi.number().integer().required(),
        pattern: text,
        minimum: Joi.number(),
        maximum: Joi.number(),
        choices: Joi.array().items(text),
        default: Joi.alternatives(text, Joi.number(), Joi.boolean()),
        env: text.required(),
        services: Joi.array().items(text),
      }),
    )
    .required()
    .description('What an order may say, by name'),
  strategy: Joi.string().valid('recreate', 'swap').required(),
  endpoints: Joi.array()
    .items(
      Joi.object({
        name: text.required(),
        service: text.required(),
        port: Joi.number().integer().required(),
        primary: Joi.boolean().required(),
      }),
    )
    .required(),
  digest: text.required().description('Two versions with the same digest are the same'),
  enabled: Joi.boolean().required().description('Off: it takes no new instances'),
  default_host: text.description('Host of new instances whose order names none'),
  deploy_jobs: Joi.object({ prod: job, dev: job, test: job }),
  destroy_job: job,
}).meta({ schemaName: 'Product' });
