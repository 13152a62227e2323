/** Every right that a route may ask for: `<what>:<act>`. */
export const RIGHTS = [
  'instances:read',
  'instances:create',
  'instances:deploy',
  'instances:delete',
  'deployments:read',
  'deployments:cancel',
  'logs:read',
  'acts:read',
  'products:read',
  'products:write',
  'hosts:read',
  'hosts:write',
  'panels:use',
  'metrics:read',
  'system:operate',
] as const;

export type Right = (typeof RIGHTS)[number];

export const ROLES = ['admin', 'operator', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

const VIEWER: readonly Right[] = ['instances:read', 'deployments:read', 'products:read', 'hosts:read'];
const OPERATOR: readonly Right[] = [
  ...VIEWER,
  'instances:create',
  'instances:deploy',
  'instances:delete',
  'deployments:cancel',
  'logs:read',
  'acts:read',
  'panels:use',
  'metrics:read',
];

/** What a role may do. Registering hosts and products, and the break-glass acts, are for administrators. */
export const RIGHTS_OF: Readonly<Record<Role, ReadonlySet<Right>>> = {
  admin: new Set(RIGHTS),
  operator: new Set(OPERATOR),
  viewer: new Set(VIEWER),
};
