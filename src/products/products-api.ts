import type { Router } from 'express';
import Joi from 'joi';
import { pageOf } from '../http/answer-schemas.ts';
import { call, routerOf, type Call } from '../http/call.ts';
import { CONDITIONAL, etagOf, mustMatch, TAGGED } from '../http/etag.ts';
import { invalidFields } from '../http/validate.ts';
import type { Environment } from './environment.ts';
import type { ProductCatalogue } from './product-catalogue.ts';
import {
  DEFAULT_SETTINGS,
  isJobName,
  type ProductSettings,
  type ProductSettingsStore,
} from './product-settings.ts';
import { productView, toProductView } from './product-view.ts';

export interface ProductsApiOptions {
  readonly catalogue: ProductCatalogue;
  readonly settings: ProductSettingsStore;
  /** True when there is such a host: a default host must exist when it is set. */
  readonly hostExists: (hostId: string) => Promise<boolean>;
}

/** What may be changed; null takes a setting back. */
interface SettingsChange {
  readonly enabled?: boolean;
  readonly default_host?: string | null;
  readonly deploy_jobs?: Readonly<Partial<Record<Environment, string>>> | null;
  readonly destroy_job?: string | null;
}

const job = Joi.string()
  .max(500)
  .custom((text: string, helpers) => (isJobName(text) ? text : helpers.error('string.job')))
  .messages({ 'string.job': '{{#label}} must be a job name, with / between folders' })
  .meta({ jsonSchema: { pattern: '^[A-Za-z0-9_-]{1,100}(?:/[A-Za-z0-9_-]{1,100}){0,9}$' } })
  .example('ark/deploy-hello');
const deployJobs = Joi.object({ prod: job, dev: job, test: job });
const hostId = Joi.string().pattern(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'host id');

/** What is not named stays. */
const settings = {
  enabled: Joi.boolean().strict().description('Off: it takes no new instances'),
  default_host: hostId.allow(null).description('Host of new instances whose order names none'),
  deploy_jobs: deployJobs.allow(null).description('Jobs instead of the common one, by environment'),
  destroy_job: job.allow(null).description('Job instead of the common one'),
};
const settingsChange = Joi.object<SettingsChange>(settings)
  .or(...Object.keys(settings))
  .example({ default_host: 'acme-1', deploy_jobs: { prod: 'ark/deploy-hello' } });

const productId = Joi.string().max(40).description('Id of a product').example('hello');
const ONE = { path: '/api/products/:id', params: { id: productId } };

/** Products under /api/products: all, one, and its settings. Reading needs `products:read`, changing `products:write`. */
export function createProductsApi(options: ProductsApiOptions): Router {
  return routerOf([listProducts(options), showProduct(options), changeProduct(options)]);
}

function listProducts({ catalogue, settings }: ProductsApiOptions): Call {
  return call({
    method: 'get',
    path: '/api/products',
    right: 'products:read',
    summary: 'List the products',
    answers: { 200: { description: 'All products', schema: pageOf('products', productView) } },
    handle: async ({ response }) => {
      const products = catalogue.list();
      const said = await settings.getMany(products.map(({ id }) => id));
      response.json({
        total: products.length,
        products: products.map((product, index) => toProductView(product, said[index] ?? DEFAULT_SETTINGS)),
      });
    },
  });
}

function showProduct({ catalogue, settings }: ProductsApiOptions): Call {
  return call({
    ...{ ...ONE, method: 'get', right: 'products:read' },
    summary: 'Show a product',
    answers: { 200: { description: 'The product', schema: productView, headers: TAGGED } },
    errors: ['product_not_found'],
    handle: async ({ request, response }) => {
      const product = catalogue.get(String(request.params['id']));
      const said = await settings.get(product.id);
      response.set('etag', etagOf(said)).json(toProductView(product, said));
    },
  });
}

function changeProduct({ catalogue, settings, hostExists }: ProductsApiOptions): Call {
  const mustExist = async (host: string | null | undefined): Promise<void> => {
    if (host === undefined || host === null || (await hostExists(host))) return;
    throw invalidFields([{ field: 'default_host', message: 'default_host is no registered host' }]);
  };
  return call({
    ...{ ...ONE, method: 'patch', right: 'products:write' },
    act: 'products.edit',
    summary: 'Change the settings of a product',
    description: 'What is not named stays; null takes a setting back.',
    headers: CONDITIONAL,
    body: settingsChange,
    answers: { 200: { description: 'The product as it is now', schema: productView, headers: TAGGED } },
    errors: ['product_not_found', 'conflict', 'precondition_failed'],
    handle: async ({ body: change, request, response }) => {
      const product = catalogue.get(String(request.params['id']));
      await mustExist(change.default_host);
      const said = await settings.update(product.id, (before) => {
        mustMatch(request, before);
        return changed(before, change);
      });
      response.set('etag', etagOf(said)).json(toProductView(product, said));
    },
  });
}

/** The settings with what is named in the change; null takes a setting away. Pure. */
function changed(before: ProductSettings, change: SettingsChange): ProductSettings {
  const merged = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null);
  return Object.fromEntries(merged) as unknown as ProductSettings;
}
