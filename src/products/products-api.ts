import { Router } from 'express';
import Joi from 'joi';
import { requireRight } from '../http/authentication.ts';
import { validate } from '../http/validate.ts';
import { AppError } from '../platform/errors.ts';
import type { Product } from './product.ts';
import type { ProductCatalogue } from './product-catalogue.ts';
import {
  isJobName,
  type DeployEnvironment,
  type ProductSettings,
  type ProductSettingsStore,
} from './product-settings.ts';

export interface ProductsApiOptions {
  readonly catalogue: ProductCatalogue;
  readonly settings: ProductSettingsStore;
  /** True when there is such a host: a default host must exist when it is set. */
  readonly hostExists: (hostId: string) => Promise<boolean>;
}

/** What may be changed; null takes a setting back. */
export interface SettingsChange {
  readonly enabled?: boolean;
  readonly default_host?: string | null;
  readonly deploy_jobs?: Readonly<Partial<Record<DeployEnvironment, string>>> | null;
  readonly destroy_job?: string | null;
}

const job = Joi.string()
  .max(500)
  .custom((text: string, helpers) => (isJobName(text) ? text : helpers.error('string.job')))
  .messages({ 'string.job': '{{#label}} must be a job name, with / between folders' });
const deployJobs = Joi.object({ prod: job, dev: job, test: job });
const hostId = Joi.string().pattern(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'host id');

/** Body of PATCH: what is not named stays. */
export const settingsChangeSchema = Joi.object<SettingsChange>({
  enabled: Joi.boolean().strict(),
  default_host: hostId.allow(null),
  deploy_jobs: deployJobs.allow(null),
  destroy_job: job.allow(null),
})
  .min(1)
  .required();

/** Body of PUT: what is not named goes back to its default. */
export const settingsSchema = Joi.object<ProductSettings>({
  enabled: Joi.boolean().strict().default(true),
  default_host: hostId,
  deploy_jobs: deployJobs,
  destroy_job: job,
}).required();

/**
 * Mounted at /api/products: list, one, PUT /:id/settings (whole) and PATCH /:id (what is named). Reading needs
 * `products:read`, changing `products:write`.
 */
export function createProductsRouter({ catalogue, settings, hostExists }: ProductsApiOptions): Router {
  const router = Router();

  const mustExist = async (host: string | null | undefined): Promise<void> => {
    if (host === undefined || host === null || (await hostExists(host))) return;
    const errors = [{ field: 'default_host', message: 'there is no such host' }];
    throw new AppError('validation_failed', 'The default host does not exist', { details: { errors } });
  };

  router.get('/', requireRight('products:read'), async (_request, response) => {
    const products = catalogue.list();
    const said = await settings.getMany(products.map(({ id }) => id));
    response.json({
      total: products.length,
      products: products.map((product, index) => viewOf(product, said[index])),
    });
  });

  router.get('/:id', requireRight('products:read'), async (request, response) => {
    const product = catalogue.get(String(request.params['id']));
    response.json(viewOf(product, await settings.get(product.id)));
  });

  router.put('/:id/settings', requireRight('products:write'), async (request, response) => {
    const product = catalogue.get(String(request.params['id']));
    const wanted = validate(settingsSchema, request.body);
    await mustExist(wanted.default_host);
    response.json(viewOf(product, await settings.update(product.id, () => wanted)));
  });

  router.patch('/:id', requireRight('products:write'), async (request, response) => {
    const product = catalogue.get(String(request.params['id']));
    const change = validate(settingsChangeSchema, request.body);
    await mustExist(change.default_host);
    response.json(viewOf(product, await settings.update(product.id, (before) => changed(before, change))));
  });

  return router;
}

/** The settings with what is named in the change; null takes a setting away. Pure. */
function changed(before: ProductSettings, change: SettingsChange): ProductSettings {
  const merged = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null);
  return Object.fromEntries(merged) as unknown as ProductSettings;
}

/** A product as people and the pages see it: no Compose text, no names of secrets. */
function viewOf(product: Product, settings: ProductSettings | undefined): Record<string, unknown> {
  const { id, name, description, version, inputs, strategy, endpoints, digest } = product;
  return { product_id: id, name, description, version, inputs, strategy, endpoints, digest, ...settings };
}
