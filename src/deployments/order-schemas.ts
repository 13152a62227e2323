import Joi from 'joi';
import { line } from '../http/line.ts';
import { ENVIRONMENTS, type Environment } from '../products/environment.ts';
import type { DeploymentFilter, InstanceFilter } from './deployment-store.ts';
import { PHASES } from './phases.ts';
import { STATUSES } from './views.ts';

const YEAR_S = 366 * 86_400;

export interface CreateBody {
  readonly product_id: string;
  readonly client_name: string;
  readonly environment: Environment;
  readonly host_id?: string;
  readonly target_host?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly expires_in?: number;
  readonly why?: string;
}

export interface DeployBody {
  readonly product_version?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly why?: string;
}

export interface PageParameters {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const inputs = Joi.object().unknown(true).description('What the product asks for, by name');
const why = line(200).description('Why, for the history');

export const createBody = Joi.object<CreateBody, true>({
  product_id: line(40).required().description('Id of a product'),
  client_name: line(80).required().description('For whom; the id of the instance begins with it'),
  environment: Joi.string()
    .valid(...ENVIRONMENTS)
    .default('prod'),
  host_id: line(40).description('Id of the host'),
  target_host: line(45).description('Address of a registered host, instead of its id'),
  inputs,
  expires_in: Joi.number()
    .integer()
    .min(60)
    .max(YEAR_S)
    .description('Seconds that the instance is wanted for'),
  why,
})
  .oxor('host_id', 'target_host')
  .example({ product_id: 'hello', client_name: 'Acme', inputs: { title: 'Hola' } });

export const deployBody = Joi.object<DeployBody, true>({
  inputs,
  product_version: line(40).description('Only if the product has this version now'),
  why,
}).example({
  inputs: { title: 'Buenos días' },
  why: 'new title',
});

export const cancelBody = Joi.object<{ why?: string }, true>({ why }).example({ why: 'wrong host' });

/** In paths; what is none names no instance. */
export const instanceId = Joi.string().max(40).description('Id of an instance').example('acme-k3v9x2m4qa');
export const deploymentId = Joi.string()
  .max(22)
  .description('Id of a deployment')
  .example('d-0c9f7a4be2d1583f6a70');

const cursor = Joi.string()
  .pattern(/^[A-Za-z0-9_-]{1,120}$/, 'cursor')
  .description('`next_cursor` of the page before');
const limit = Joi.number().integer().min(1).max(200).default(50).description('Most items of a page');

const filters = {
  product: line(40).description('Id of a product'),
  host: line(40).description('Id of a host'),
};

export const instancesQuery = Joi.object<PageParameters & InstanceFilter, true>({
  limit,
  cursor,
  ...filters,
  environment: Joi.string().valid(...ENVIRONMENTS),
  status: Joi.string().valid(...STATUSES),
  client: line(80).description('The whole name of a client'),
});

export const deploymentsQuery = Joi.object<PageParameters & DeploymentFilter, true>({
  limit,
  cursor,
  ...filters,
  instance: line(63).description('Id of an instance'),
  phase: Joi.string().valid(...PHASES),
  open: Joi.boolean().valid(true).description('Only what has not ended; alone, by deadline'),
});
export const waitQuery = Joi.object<{ wait?: number }, true>({ wait: Joi.number().integer().min(0).max(60) });
export const deleteQuery = Joi.object<{ data?: 'keep'; wait?: number; why?: string }, true>({
  data: Joi.string().valid('keep'),
  wait: Joi.number().integer().min(0).max(60),
  why: line(200),
});
