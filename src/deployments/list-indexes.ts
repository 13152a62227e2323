import type { DeploymentFilter, InstanceFilter } from './deployment-store.ts';

type Indexes = readonly [string, ...string[]];

/** The sorted sets that together answer the question; the first one gives the order. Pure. */
export function instanceIndexes(prefix: string, filter: InstanceFilter): Indexes {
  return orAll(`${prefix}instances`, byField(`${prefix}instances`, { ...filter }));
}

/** As instanceIndexes. What is open has its own order when nothing else is asked: by deadline. Pure. */
export function deploymentIndexes(prefix: string, { instance, open, ...filter }: DeploymentFilter): Indexes {
  const named = [
    ...(instance === undefined ? [] : [`${prefix}instance:${instance}:deployments`]),
    ...byField(`${prefix}deployments`, { ...filter }),
  ];
  return orAll(`${prefix}deployments`, open ? [...named, `${prefix}open`] : named);
}

function byField(base: string, fields: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(fields).map(([name, value]) => `${base}:${name}:${value}`);
}

function orAll(all: string, [first, ...others]: readonly string[]): Indexes {
  return first === undefined ? [all] : [first, ...others];
}
