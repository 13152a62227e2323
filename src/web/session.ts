import { createContext, useContext } from 'react';
import { RIGHTS_OF, type Right, type Role } from '../http/rights.ts';

/** Who is signed in, for whatever offers acts. */
export const RoleContext = createContext<Role>('viewer');

/** What the reader may do; the API decides in the end. */
export function useRights(): ReadonlySet<Right> {
  return RIGHTS_OF[useContext(RoleContext)];
}

export function useRight(right: Right): boolean {
  return useRights().has(right);
}
