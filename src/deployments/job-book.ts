import type { Environment } from '../products/environment.ts';
import type { DeploymentKind } from './deployment.ts';

/** Which jobs of the build server are ours; a product may name its own, per environment. */
export interface JobBook {
  jobFor(kind: DeploymentKind, product: string, environment: Environment): Promise<string>;
  /** Undefined when the job is none of ours. */
  kindOf(job: string, product: string, environment: Environment): Promise<'deploy' | 'destroy' | undefined>;
}

export interface ProductJobs {
  readonly deploy_jobs?: Partial<Record<Environment, string>> | undefined;
  readonly destroy_job?: string | undefined;
}

export interface JobBookOptions {
  readonly deployJob: string;
  readonly destroyJob: string;
  /** A product's own jobs, where it names any. */
  readonly productJobs: (product: string) => Promise<ProductJobs | undefined>;
}

/** Jobs by default, or as the product's settings say. */
export function createJobBook({ deployJob, destroyJob, productJobs }: JobBookOptions): JobBook {
  const jobFor: JobBook['jobFor'] = async (kind, product, environment) => {
    const own = await productJobs(product);
    if (kind === 'destroy') return own?.destroy_job ?? destroyJob;
    return own?.deploy_jobs?.[environment] ?? deployJob;
  };
  return {
    jobFor,
    kindOf: async (job, product, environment) => {
      if (job === (await jobFor('destroy', product, environment))) return 'destroy';
      if (job === (await jobFor('deploy', product, environment))) return 'deploy';
      return undefined;
    },
  };
}
