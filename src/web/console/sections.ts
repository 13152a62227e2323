import type { Right } from '../../http/rights.ts';

/** The pages of the console in the order of its menu, with the right that each asks for. */
const RIGHTS = {
  overview: 'deployments:read',
  instances: 'instances:read',
  deployments: 'deployments:read',
  products: 'products:read',
  hosts: 'hosts:read',
  callbacks: 'logs:read',
  acts: 'acts:read',
  system: 'system:operate',
} as const satisfies Readonly<Record<string, Right>>;

export type Section = keyof typeof RIGHTS;

export function sectionsFor(rights: ReadonlySet<Right>): readonly Section[] {
  return (Object.keys(RIGHTS) as Section[]).filter((name) => rights.has(RIGHTS[name]));
}
