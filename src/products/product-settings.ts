import { ENVIRONMENTS, type Environment } from './environment.ts';

/** What operators say about a product, beside its folder: the record `product:<id>`. */
export interface ProductSettings {
  /** A product that is switched off takes no new instances; those that are there stay and are updated. */
  readonly enabled: boolean;
  /** Host id of new instances whose order names none. */
  readonly default_host?: string;
  /** Jobs instead of the common deploy job, full names with `/` between folders. */
  readonly deploy_jobs?: Readonly<Partial<Record<Environment, string>>>;
  readonly destroy_job?: string;
}

export const DEFAULT_SETTINGS: ProductSettings = { enabled: true };

/** Keeps settings; adapters are redis-product-settings.ts and the contract test's memory twin. */
export interface ProductSettingsStore {
  /** The defaults when nobody has said anything. */
  get(productId: string): Promise<ProductSettings>;
  /** In the order of the ids. */
  getMany(productIds: readonly string[]): Promise<readonly ProductSettings[]>;
  /**
   * Writes what `change` makes of the stored settings, and returns it; two changes at the same time both count.
   * `change` may run more than once. Throws `conflict` when others keep writing first.
   */
  update(productId: string, change: (before: ProductSettings) => ProductSettings): Promise<ProductSettings>;
}

const SEGMENT = /^(?!\.{1,2}$)(?! )[^\p{Cc}\p{Cs}\\/?*%!@#$^&|<>[\]:;'"`]{1,100}(?<! )$/u;

/**
 * True for a full job name of the build server: folders and job with `/` between them, no `..`, no control
 * characters, no half surrogate pairs, none of the characters that Jenkins refuses in names. Blanks inside a name
 * are allowed.
 */
export function isJobName(text: string): boolean {
  const segments = text.split('/');
  return segments.length <= 10 && segments.every((segment) => SEGMENT.test(segment));
}

/** A stored record as settings. Throws an Error that says which field is wrong. */
export function parseProductSettings(record: unknown): ProductSettings {
  if (typeof record !== 'object' || record === null) throw new Error('is no object');
  const { enabled, default_host, deploy_jobs, destroy_job } = record as Record<string, unknown>;
  if (typeof enabled !== 'boolean') throw new Error('enabled is no truth');
  return {
    enabled,
    ...(default_host === undefined ? {} : { default_host: text(default_host, 'default_host') }),
    ...(deploy_jobs === undefined ? {} : { deploy_jobs: jobs(deploy_jobs) }),
    ...(destroy_job === undefined ? {} : { destroy_job: jobName(destroy_job, 'destroy_job') }),
  };
}

function jobs(value: unknown): NonNullable<ProductSettings['deploy_jobs']> {
  if (typeof value !== 'object' || value === null) throw new Error('deploy_jobs is no object');
  const result: Partial<Record<Environment, string>> = {};
  for (const environment of ENVIRONMENTS) {
    const job = (value as Record<string, unknown>)[environment];
    if (job !== undefined) result[environment] = jobName(job, `deploy_jobs.${environment}`);
  }
  return result;
}

function jobName(value: unknown, field: string): string {
  const name = text(value, field);
  if (!isJobName(name)) throw new Error(`${field} is no job name`);
  return name;
}

function text(value: unknown, field: string): string {
  if (typeof value !== 'string') throw new Error(`${field} is no text`);
  return value;
}
