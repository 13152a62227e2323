import { invalidFields } from '../http/validate.ts';
import type { Page, PageQuery } from './deployment-store.ts';
import type { PageParameters } from './order-schemas.ts';

/** A cursor says how many rows were seen; it is opaque to callers. Throws `validation_failed`. */
export function parsePageQuery({ limit, cursor }: PageParameters): PageQuery {
  if (cursor === undefined) return { offset: 0, limit };
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const offset = /^o\d{1,9}$/.test(text) ? Number(text.slice(1)) : undefined;
  if (offset === undefined) throw invalidFields([{ field: 'cursor', message: 'cursor is not one of ours' }]);
  return { offset, limit };
}

/** `{total, <name>: […], next_cursor?}` */
export function toPageAnswer(
  name: string,
  page: Page<unknown>,
  items: readonly unknown[],
): Record<string, unknown> {
  return {
    total: page.total,
    [name]: items,
    ...(page.next !== undefined && {
      next_cursor: Buffer.from(`o${String(page.next)}`).toString('base64url'),
    }),
  };
}
